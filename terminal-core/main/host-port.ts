import type { Serializable } from 'node:child_process';
import { EventEmitter } from 'node:events';

/** A host's end of the line to the composer that started it. */
export interface HostPort {
  /** Does nothing once the port is closed: there is nobody left to hear it. */
  post(message: Serializable): void;
  onMessage(listener: (message: unknown) => void): void;
  /** The composer is gone or has hung up. Called once. */
  onClose(listener: () => void): void;
}

/**
 * Opens the line, whatever started this process: a utility process of Electron has `process.parentPort`, a child process
 * of Node its channel. Both carry structured clones (a child process is to be forked with `serialization: 'advanced'`),
 * so that bytes stay bytes.
 * @throws when nobody started this process as a host.
 */
export function openHostPort(): HostPort {
  const parentPort: unknown = Reflect.get(process, 'parentPort');
  if (isParentPort(parentPort)) {
    return utilityPort(parentPort);
  }
  if (process.send === undefined) {
    throw new Error('a host is started by the till, not by hand');
  }
  return childPort();
}

/** The part of Electron's parentPort that is used; its types belong to another process. */
interface ParentPort extends EventEmitter {
  postMessage(message: unknown): void;
}

function isParentPort(value: unknown): value is ParentPort {
  return value instanceof EventEmitter && 'postMessage' in value && typeof value.postMessage === 'function';
}

function utilityPort(parentPort: ParentPort): HostPort {
  let isOpen = true;
  parentPort.once('close', () => {
    isOpen = false;
  });
  return {
    post: (message) => {
      if (isOpen) {
        parentPort.postMessage(message);
      }
    },
    onMessage: (listener) => void parentPort.on('message', (event: { data: unknown }) => listener(event.data)),
    onClose: (listener) => void parentPort.once('close', listener),
  };
}

function childPort(): HostPort {
  return {
    post: (message) => {
      if (process.connected) {
        // The error of a channel that closes in this moment is told by `disconnect`.
        process.send?.(message, undefined, undefined, () => undefined);
      }
    },
    onMessage: (listener) => void process.on('message', listener),
    onClose: (listener) => void process.once('disconnect', listener),
  };
}
