/** A moving drawing as a media stream, of a laptop or of a phone held upright. */
export function fakeCameraStream(from: string, to: string, upright = false): MediaStream {
  const [width, height] = upright ? [400, 640] : [640, 400];
  const canvas = document.createElement('canvas');
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext('2d');
  let turn = 0;
  const draw = (): void => {
    if (context === null) return;
    turn += 0.05;
    const gradient = context.createLinearGradient(0, 0, width, height);
    gradient.addColorStop(0, from);
    gradient.addColorStop(1, to);
    context.fillStyle = gradient;
    context.fillRect(0, 0, width, height);
    context.fillStyle = 'rgb(255 255 255 / 16%)';
    context.beginPath();
    context.arc(width / 2, height * 0.45 + Math.sin(turn) * 2, 80, 0, Math.PI * 2);
    context.fill();
    context.beginPath();
    context.ellipse(width / 2, height * 1.1, 180, 150, 0, 0, Math.PI * 2);
    context.fill();
  };
  draw();
  setInterval(draw, 100);
  return canvas.captureStream(10);
}
