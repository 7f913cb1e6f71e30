import { type Configuration, type Product, productColours } from '../../contract/wire/configuration.ts';

/** Pages as an event lays them out, with names as long and as short as they come. */
const kinds: readonly { readonly page: string; readonly names: readonly string[] }[] = [
  { page: 'Beer', names: ['Lager', 'Pale ale', 'Wheat beer', 'Alcohol-free lager', 'Cider', 'Shandy'] },
  {
    page: 'Soft drinks',
    names: ['Water', 'Sparkling water', 'Elderflower lemonade', 'Cola', 'Iced tea', 'Apple juice'],
  },
  { page: 'Hot food', names: ['Vegetable curry with rice', 'Burger', 'Chips', 'Noodles with chicken', 'Falafel wrap'] },
  { page: 'Wine', names: ['White wine', 'Rosé from the lake', 'Red wine', 'Sparkling wine', 'Mulled wine'] },
  { page: 'Cocktails', names: ['Gin & tonic', 'Moscow mule', 'Aperitif with soda and orange', 'Mojito'] },
  { page: 'Coffee', names: ['Espresso', 'Café crème', 'Cappuccino', 'Chai latte with oat milk', 'Hot chocolate'] },
  { page: 'Sweets', names: ['Ice cream', 'Waffle', 'Crêpe with hazelnut cream', 'Doughnut', 'Popcorn'] },
  { page: 'Merchandise', names: ['T-shirt', 'Poster', 'Tote bag', 'Rain poncho', 'Earplugs', 'Commemorative cup'] },
];
const variants = [
  '',
  'small',
  'large',
  '0.5 l',
  'to share',
  'extra',
  'of the house',
  'vegan',
  'with ice',
  'late night',
];

export type Assortment = Pick<Configuration, 'products' | 'layout'>;

/** So many different products on up to eight pages, the same at every call; codes are `item-1`, `item-2` and so on. */
export function assortmentOf(count: number): Assortment {
  const sold = kinds.slice(0, Math.ceil(count / 12));
  const products = Array.from({ length: count }, (_, at) => productAt(at, sold));
  const layout = sold.map(({ page }, pageAt) => ({
    name: page,
    productIds: products.flatMap(({ productId }, at) => (at % sold.length === pageAt ? [productId] : [])),
  }));
  return { products, layout };
}

function productAt(at: number, sold: typeof kinds): Product {
  const kindAt = at % sold.length;
  const names = sold[kindAt]?.names ?? [];
  const within = Math.floor(at / sold.length);
  const variantAt = Math.floor(within / names.length);
  const variant = variants[variantAt % variants.length];
  const series = Math.floor(variantAt / variants.length);
  const name = [names[within % names.length], variant, series === 0 ? '' : `No. ${series + 1}`]
    .filter(Boolean)
    .join(' ');
  return {
    ...{ productId: `item-${at + 1}`, name, merchantId: 'bar', taxRate: null, meal: kindAt === 2 },
    priceMinor: 150 + ((at * 85) % 2_400),
    colour: productColours[(kindAt + within) % productColours.length] ?? 'slate',
  };
}
