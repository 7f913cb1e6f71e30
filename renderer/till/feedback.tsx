import type { TFunction } from 'i18next';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Screen, ScreenView } from '../../contract/ipc/till-view.ts';
import { Icon } from '../../ui/components/icon.tsx';
import { TouchButton } from '../../ui/components/touch-button.tsx';
import { Tones, type Tune } from '../../ui/sound/tones.ts';
import { allergenNames } from './allergen-names.ts';
import { useFaultText } from './fault-text.ts';
import { usePreferences } from './preferences.ts';
import { useTill } from './store.ts';

const tones = new Tones();
const noticeMs = 8_000;

/** The tune of a screen; null where silence is right. */
export function tuneOf(screen: Screen): Tune | null {
  switch (screen) {
    case 'tap':
    case 'writing':
    case 'again':
    case 'done':
    case 'refused':
    case 'unknown':
      return screen;
    case 'allergens':
      return 'allergy';
    case 'halted':
      return 'refused';
    case 'payment-open':
      return 'unknown';
    case 'starting':
    case 'enrolment':
    case 'sale':
    case 'paying':
      return null;
    default:
      return screen satisfies never;
  }
}

/** Says each new state by sound. A reloaded window is silent about the state it finds. */
export function useStateTunes(screen: Screen): void {
  const sound = usePreferences((preferences) => preferences.sound);
  const [heard, setHeard] = useState(screen);
  useEffect(() => {
    if (screen === heard) return;
    setHeard(screen);
    const tune = tuneOf(screen);
    if (tune !== null && sound) tones.play(tune);
  }, [screen, heard, sound]);
}

/** Says each new state to a screen reader; what needs a hand at once interrupts, the rest waits its turn. */
export function Announcer({ screen }: { readonly screen: ScreenView }) {
  const { t } = useTranslation();
  const faultText = useFaultText();
  const text = announcement(screen, t, faultText);
  const isUrgent = ['again', 'refused', 'unknown', 'allergens', 'payment-open', 'halted'].includes(screen.screen);
  return (
    <>
      <div aria-live="polite" className="sr-only">
        {isUrgent ? '' : text}
      </div>
      <div aria-live="assertive" className="sr-only">
        {isUrgent ? text : ''}
      </div>
    </>
  );
}

function announcement(screen: ScreenView, t: TFunction, faultText: ReturnType<typeof useFaultText>): string {
  switch (screen.screen) {
    case 'starting':
      return t('starting.title');
    case 'enrolment':
      return t('enrolment.title');
    case 'sale':
      return t('sale.title');
    case 'refused':
      // What an account lacks is not on any tag.
      if (screen.fault.code === 'INSUFFICIENT_FUNDS' && screen.account)
        return `${t('announce.refused')} ${t('canteen.account.notEnough')}`;
      return `${t('announce.refused')} ${faultText(screen.fault.code).title}. ${faultText(screen.fault.code).help}`;
    case 'halted':
      return `${t('announce.halted')} ${faultText(screen.fault.code).title}`;
    case 'done':
      return `${t('announce.done')} ${t(`done.title.${screen.charge.purpose}`)}`;
    case 'allergens':
      return t('canteen.warning.announce', {
        name: screen.account.member?.displayName ?? '',
        allergens: allergenNames(
          t,
          screen.conflicts.map(({ allergen }) => allergen),
        ),
      });
    case 'tap':
    case 'writing':
    case 'again':
    case 'unknown':
    case 'paying':
    case 'payment-open':
      return t(`announce.${screen.screen}`);
    default:
      return screen satisfies never;
  }
}

/** A till that has stopped says why over the whole window, and the form of the enrolment above its fields. */
function saysWhyItself(screen: ScreenView | undefined): boolean {
  return screen?.screen === 'halted' || (screen?.screen === 'enrolment' && screen.fault !== null);
}

/** A call that the till refused without leaving its screen. */
export function Notice() {
  const { t } = useTranslation();
  const faultText = useFaultText();
  const notice = useTill((till) => (saysWhyItself(till.view?.screen) ? null : till.notice));
  useEffect(() => {
    if (notice === null) return;
    const timer = setTimeout(() => useTill.setState({ notice: null }), noticeMs);
    return () => clearTimeout(timer);
  }, [notice]);
  return (
    <div role="alert" className="pointer-events-none absolute inset-x-0 bottom-6 z-20 flex justify-center px-6">
      {notice === null ? null : (
        <div className="arrive pointer-events-auto flex max-w-160 items-center gap-4 rounded-medium border-2 border-bad bg-surface py-3 pl-5 pr-2 text-ink shadow-(--shadow)">
          <Icon name="alert" className="size-8 text-bad" />
          <div>
            <div className="text-lg font-bold">{faultText(notice.code).title}</div>
            <div>{faultText(notice.code).help}</div>
          </div>
          <TouchButton
            look="quiet"
            aria-label={t('notice.close')}
            onPress={() => useTill.setState({ notice: null })}
            className="px-0"
          >
            <Icon name="close" />
          </TouchButton>
        </div>
      )}
    </div>
  );
}
