/** Every language has exactly these texts (checked when it is compiled and by a test). */
export type TextsOf<T> = { readonly [K in keyof T]: T[K] extends string ? string : TextsOf<T[K]> };
