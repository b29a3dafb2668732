/** English of the offer to be told by pushes. */

export const push = {
  reason: 'This device can tell you when it is time, also while this page is closed.',
  allow: 'Tell me',
  done: 'This device tells you when it is time.',
  failed: 'That did not work just now. Try it again in a while.',
};
