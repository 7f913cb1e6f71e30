import { z } from 'zod';

/** The fourteen that food has to be labelled with in the European Union and the United Kingdom, in the order of the law. */
export const allergens = [
  'gluten',
  'crustaceans',
  'eggs',
  'fish',
  'peanuts',
  'soybeans',
  'milk',
  'nuts',
  'celery',
  'mustard',
  'sesame',
  'sulphites',
  'lupin',
  'molluscs',
] as const;
export type Allergen = (typeof allergens)[number];

/** Each at most once; the order says nothing. */
export const allergenListSchema = z.array(z.enum(allergens)).max(allergens.length);
