/** A moving drawing as a media stream. */
export function fakeCameraStream(from: string, to: string): MediaStream {
  const canvas = document.createElement('canvas');
  canvas.width = 640;
  canvas.height = 400;
  const context = canvas.getContext('2d');
  let turn = 0;
  const draw = (): void => {
    if (context === null) return;
    turn += 0.05;
    const gradient = context.createLinearGradient(0, 0, 640, 400);
    gradient.addColorStop(0, from);
    gradient.addColorStop(1, to);
    context.fillStyle = gradient;
    context.fillRect(0, 0, 640, 400);
    context.fillStyle = 'rgb(255 255 255 / 16%)';
    context.beginPath();
    context.arc(320, 180 + Math.sin(turn) * 2, 80, 0, Math.PI * 2);
    context.fill();
    context.beginPath();
    context.ellipse(320, 440, 180, 150, 0, 0, Math.PI * 2);
    context.fill();
  };
  draw();
  setInterval(draw, 100);
  return canvas.captureStream(10);
}
