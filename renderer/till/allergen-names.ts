import type { TFunction } from 'i18next';
import type { Allergen } from '../../contract/wire/allergens.ts';

/** Allergens by their names, as a list that can be read out. */
export function allergenNames(t: TFunction, allergens: readonly Allergen[]): string {
  return allergens.map((allergen) => t(`canteen.allergen.${allergen}`)).join(', ');
}
