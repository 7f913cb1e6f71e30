import type { FaultCode } from '../../contract/ipc/fault.ts';
import type { ReaderState } from '../../contract/ipc/reader.ts';
import { Icon } from '../../ui/components/icon.tsx';
import { useFaultText } from './fault-text.ts';
import { useTill } from './store.ts';

/** Why no tag can be read just now; null where one can, or will in a moment. */
function readerFault(state: ReaderState | undefined): FaultCode | null {
  switch (state) {
    case 'missing':
      return 'READER_MISSING';
    case 'fault':
      return 'READER_FAULT';
    case 'unavailable':
      return 'READER_UNAVAILABLE';
    case 'service-down':
      return 'READER_SERVICE_DOWN';
    case 'starting':
    case 'ready':
    case undefined:
      return null;
    default:
      return state satisfies never;
  }
}

/**
 * What stands between the tag and what it is wanted for: the reader, before anything a tag was refused for. The till goes on
 * waiting: whoever plugs the reader in or shows another tag need not begin anew.
 */
export function TapAlert({
  code,
  words,
}: {
  readonly code: FaultCode | null;
  /** What it means here, where that is something else than everywhere. */
  readonly words?: string | undefined;
}) {
  const faultText = useFaultText();
  const ofReader = readerFault(useTill((till) => till.view?.reader.state));
  const shown = ofReader ?? code;
  if (shown === null) return null;
  const { title, help } = ofReader === null && words !== undefined ? { title: words, help: null } : faultText(shown);
  return (
    <div role="alert" className="flex max-w-160 gap-4 rounded-medium border-2 border-current px-5 py-4">
      <Icon name={ofReader === null ? 'alert' : 'readerOff'} className="size-8" />
      <div>
        <div className="text-xl font-bold">{title}</div>
        {help === null ? null : <div className="text-lg">{help}</div>}
      </div>
    </div>
  );
}
