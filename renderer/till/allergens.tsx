import { useTranslation } from 'react-i18next';
import type { ScreenView } from '../../contract/ipc/till-view.ts';
import { Icon } from '../../ui/components/icon.tsx';
import { StatePage } from '../../ui/components/state-page.tsx';
import { TouchButton } from '../../ui/components/touch-button.tsx';
import { MemberName } from './account-facts.tsx';
import { call } from './connection.ts';
import { shortcuts, useKeys } from './keyboard.ts';
import { useSecondsUntil } from './now.ts';
import { useWindow } from './store.ts';

type AllergenView = Extract<ScreenView, { screen: 'allergens' }>;

const acknowledge = (): void => void call((klink) => klink.acknowledgeAllergens({}));
const cancel = (): void => void call((klink) => klink.cancel({}));

/**
 * The member is allergic to something in the cart: nothing is booked before somebody has said that it is known. Enter, which
 * a hand may press twice, says nothing here.
 */
export function AllergenScreen({ screen }: { readonly screen: AllergenView }) {
  const { t } = useTranslation();
  const seconds = useSecondsUntil(screen.deadlineAt);
  const isSettingsOpen = useWindow((state) => state.isSettingsOpen);
  useKeys(!isSettingsOpen, (key) => {
    if (key === shortcuts.cancel) cancel();
    if (key === shortcuts.acknowledge) acknowledge();
    return key === shortcuts.cancel || key === shortcuts.acknowledge;
  });
  const { member } = screen.account;
  return (
    <StatePage
      tone="allergy"
      title={t('canteen.warning.title')}
      actions={
        <>
          <TouchButton look="onGround" shortcut="Esc" onPress={cancel} className="min-h-16 px-8 text-xl font-bold">
            {t('canteen.warning.cancel')}
          </TouchButton>
          <TouchButton
            look="onGround"
            shortcut={shortcuts.acknowledge}
            onPress={acknowledge}
            className="min-h-16 px-8 text-xl"
          >
            {t('canteen.warning.acknowledge')}
          </TouchButton>
          <span className="figures self-center text-lg opacity-90">{t('tap.waiting', { seconds })}</span>
        </>
      }
    >
      {member === null ? null : <MemberName member={member} />}
      <div>
        <p className="text-xl font-medium">{t('canteen.warning.of', { name: member?.displayName ?? '' })}</p>
        <ul className="mt-2 flex flex-col gap-2">
          {screen.conflicts.map(({ allergen, productNames }) => (
            <li key={allergen} className="flex flex-wrap items-baseline gap-x-4">
              <Icon name="alert" className="size-8 self-center" />
              <strong className="text-[clamp(1.75rem,5vh,2.75rem)] leading-tight">
                {t(`canteen.allergen.${allergen}`)}
              </strong>
              <span className="text-xl">{t('canteen.warning.isIn', { products: productNames.join(', ') })}</span>
            </li>
          ))}
        </ul>
      </div>
      <p className="max-w-160 text-[clamp(1.125rem,3vh,1.5rem)]">{t('canteen.warning.help')}</p>
    </StatePage>
  );
}
