import { useTranslation } from 'react-i18next';
import type { CartView, ChargeView, ScreenView } from '../../contract/ipc/till-view.ts';
import { Figure, StatePage } from '../../ui/components/state-page.tsx';
import { TouchButton } from '../../ui/components/touch-button.tsx';
import { call, screenShown } from './connection.ts';
import { shortcuts, useKeys } from './keyboard.ts';
import { startIssue } from './menu.tsx';
import { Money } from './money.tsx';
import { useSecondsUntil } from './now.ts';
import { useWindow } from './store.ts';
import { TapAlert } from './tap-alert.tsx';
import { OpenedSale, TwoTapSteps } from './two-taps.tsx';

type TapView = Extract<ScreenView, { screen: 'tap' }>;

const cancel = (): void => void call((klink) => klink.cancel({}));

/** Leaves the tap, which takes the till a moment, and issues the tag that was shown; the cart waits meanwhile. */
async function issueInstead(): Promise<void> {
  if ((await call((klink) => klink.cancel({}))) === null) return;
  await screenShown('sale');
  startIssue();
}

/** What a customer comes for who may hold a wristband that was never issued. */
const needsIssuedTag: readonly ChargeView['purpose'][] = ['sale', 'part-payment', 'top-up', 'card-top-up', 'balance'];

/** The till waits for a tag. Until the first write it can be taken back. */
export function TapScreen({ screen, cart }: { readonly screen: TapView; readonly cart: CartView }) {
  const { t } = useTranslation();
  const seconds = useSecondsUntil(screen.deadlineAt);
  const isSettingsOpen = useWindow((state) => state.isSettingsOpen);
  const { twoTaps } = screen;
  const isConfirming = twoTaps?.tap === 'confirm';
  const isBlank =
    !isConfirming && screen.fault?.code === 'TAG_UNKNOWN' && needsIssuedTag.includes(screen.charge.purpose);
  useKeys(!isSettingsOpen, (key) => {
    if (key === shortcuts.cancel) cancel();
    if (key === shortcuts.issue && isBlank) void issueInstead();
    return key === shortcuts.cancel || (key === shortcuts.issue && isBlank);
  });
  return (
    <StatePage
      tone="tap"
      title={isConfirming ? t('tap.twoTaps.confirmTitle') : t(`tap.title.${screen.charge.purpose}`)}
      actions={
        <>
          <TouchButton look="onGround" shortcut="Esc" onPress={cancel} className="min-h-16 px-8 text-xl">
            {t('tap.cancel')}
          </TouchButton>
          {isBlank ? (
            <TouchButton
              look="onGround"
              shortcut={shortcuts.issue}
              onPress={() => void issueInstead()}
              className="min-h-16 px-8 text-xl"
            >
              {t('tap.issueInstead')}
            </TouchButton>
          ) : null}
          <span className="figures self-center text-lg opacity-90">{t('tap.waiting', { seconds })}</span>
        </>
      }
    >
      {twoTaps === undefined ? null : <TwoTapSteps twoTaps={twoTaps} />}
      <Charge charge={screen.charge} />
      {twoTaps?.tap === 'confirm' ? (
        <OpenedSale opened={twoTaps.opened} />
      ) : (
        <OtherParts charge={screen.charge} cart={cart} />
      )}
      <TapAlert
        code={screen.fault?.code ?? null}
        words={isConfirming && screen.fault?.code === 'TAG_SERVED' ? t('tap.twoTaps.lift') : undefined}
      />
    </StatePage>
  );
}

/** Of a sale that several tags pay, what the others pay. */
function OtherParts({ charge, cart }: { readonly charge: ChargeView; readonly cart: CartView }) {
  const { t } = useTranslation();
  const isPart = charge.purpose === 'part-payment';
  const paidMinor = cart.totalMinor - cart.toPayMinor;
  if (!isPart && (charge.purpose !== 'sale' || paidMinor === 0)) return null;
  return (
    <Figure label={t(isPart ? 'tap.thenRest' : 'tap.paidAlready')} size="medium">
      <Money amountMinor={isPart ? cart.toPayMinor - charge.amountMinor : paidMinor} />
    </Figure>
  );
}

/** What the tag is about to pay or receive, in words and a large figure. */
export function Charge({ charge }: { readonly charge: ChargeView }) {
  const { t } = useTranslation();
  switch (charge.purpose) {
    case 'part-payment':
      return (
        <Figure label={t('tap.partOf')}>
          <Money amountMinor={charge.amountMinor} />
        </Figure>
      );
    case 'sale':
      return (
        <Figure label={charge.amountMinor < 0 ? t('tap.toReturn') : t('tap.toPay')}>
          <Money amountMinor={Math.abs(charge.amountMinor)} />
        </Figure>
      );
    case 'top-up':
    case 'card-top-up':
    case 'paid-top-up':
    case 'payment-void':
      return (
        <div className="flex flex-wrap items-end gap-x-10 gap-y-4">
          <Figure label={charge.purpose === 'top-up' ? t('tap.topUp') : t('tap.cardTopUp')}>
            <Money amountMinor={charge.amountMinor} />
          </Figure>
          {charge.feeMinor === 0 ? null : (
            <Figure label={t('tap.fee')} size="medium">
              <Money amountMinor={charge.feeMinor} />
            </Figure>
          )}
        </div>
      );
    case 'refund':
      return charge.amountMinor === 0 ? null : (
        <Figure label={t('tap.payOut')}>
          <Money amountMinor={charge.amountMinor} />
        </Figure>
      );
    case 'refund-reversal':
    case 'chargeback':
    case 'undo':
      return charge.amountMinor === 0 ? null : (
        <Figure label={t('tap.toReturn')}>
          <Money amountMinor={charge.amountMinor} />
        </Figure>
      );
    case 'adjustment':
    case 'block':
    case 'unblock':
      return <p className="text-[clamp(1.125rem,3vh,1.5rem)]">{t(`tap.${charge.purpose}`)}</p>;
    case 'login':
    case 'approval':
    case 'issue':
    case 'repair':
    case 'replacement':
      return <p className="text-[clamp(1.125rem,3vh,1.5rem)]">{t(`tap.${charge.purpose}`)}</p>;
    case 'balance':
      return <p className="text-[clamp(1.125rem,3vh,1.5rem)]">{t('tap.balance')}</p>;
    default:
      return charge.purpose satisfies never;
  }
}
