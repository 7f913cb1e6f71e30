import { ipcRenderer } from 'electron';

/** Listens to a channel. Only what is sent is passed on: the event itself would hand the page Electron's own objects. */
export const subscription = (channel: string) => (listener: (value: unknown) => void) => {
  const receive = (_event: unknown, value: unknown): void => listener(value);
  ipcRenderer.on(channel, receive);
  return (): void => void ipcRenderer.off(channel, receive);
};
