import { type Allergen, allergens } from '../../contract/wire/allergens.ts';
import type { MemberType } from '../../contract/wire/canteen.ts';

/** How schools write the allergens beside the words of the contract: English, German, French. */
const allergenWords: Readonly<Record<Allergen, readonly string[]>> = {
  gluten: ['wheat', 'cereals', 'coeliac', 'celiac', 'weizen', 'getreide', 'blé', 'céréales'],
  crustaceans: ['crustacean', 'shellfish', 'krebstiere', 'krebse', 'crustacés'],
  eggs: ['egg', 'ei', 'eier', 'œuf', 'œufs', 'oeuf', 'oeufs'],
  fish: ['fisch', 'poisson', 'poissons'],
  peanuts: ['peanut', 'erdnuss', 'erdnüsse', 'arachide', 'arachides', 'cacahuètes'],
  soybeans: ['soya', 'soy', 'soja'],
  milk: ['dairy', 'lactose', 'milch', 'laktose', 'lait'],
  nuts: ['nut', 'treenuts', 'nüsse', 'schalenfrüchte', 'fruitsàcoque', 'noix'],
  celery: ['sellerie', 'céleri'],
  mustard: ['senf', 'moutarde'],
  sesame: ['sesam', 'sésame'],
  sulphites: ['sulphite', 'sulfites', 'sulphurdioxide', 'sulfite'],
  lupin: ['lupine', 'lupinen', 'lupins'],
  molluscs: ['mollusc', 'mollusks', 'weichtiere', 'mollusques'],
};

const plain = (text: string): string => text.normalize('NFKC').toLowerCase().replaceAll(/[\s-]/g, '');

const none: ReadonlySet<string> = new Set(['none', 'no', 'nil', 'keine', 'nein', 'aucun', 'aucune', 'non', '-', '–']);

/** Whether a cell takes away what was known: an empty one says nothing. */
export const isNone = (cell: string): boolean => none.has(cell.trim().toLowerCase());

/** `milk, nuts`, `Milch; Nüsse`: in the order of the law; `undefined` where a word is none that is known. */
export function readAllergens(cell: string): readonly Allergen[] | undefined {
  if (isNone(cell)) return [];
  const words = cell.split(/[,;/|+\n]+/).map(plain);
  const meant = new Set<Allergen>();
  for (const word of words.filter((each) => each !== '')) {
    const allergen = allergens.find((each) => each === word || allergenWords[each].includes(word));
    if (allergen === undefined) return undefined;
    meant.add(allergen);
  }
  return allergens.filter((allergen) => meant.has(allergen));
}

const typeWords: Readonly<Record<MemberType, readonly string[]>> = {
  pupil: ['pupil', 'student', 'child', 'schüler', 'schülerin', 'kind', 'élève'],
  staff: ['staff', 'teacher', 'personal', 'lehrer', 'lehrerin', 'mitarbeiter', 'personnel', 'enseignant'],
  system: ['system', 'guest', 'department', 'gast', 'invité'],
  hospitality: ['hospitality', 'bewirtung', 'réception'],
};

export function readMemberType(cell: string): MemberType | undefined {
  const word = plain(cell);
  return (['pupil', 'staff', 'system', 'hospitality'] as const).find((type) => typeWords[type].includes(word));
}

const yes: ReadonlySet<string> = new Set([
  'y',
  'yes',
  'true',
  't',
  '1',
  'x',
  '✓',
  'ja',
  'j',
  'wahr',
  'oui',
  'o',
  'vrai',
]);
const no: ReadonlySet<string> = new Set(['n', 'no', 'false', 'f', '0', 'nein', 'falsch', 'non', 'faux', '-', '–', '']);

export function readYesOrNo(cell: string): boolean | undefined {
  const word = plain(cell);
  if (yes.has(word)) return true;
  return no.has(cell.trim().toLowerCase()) ? false : undefined;
}
