/** How a row says whose balance it is. */
export type PersonKey = { readonly by: 'member' | 'mis' | 'upn' | 'tag'; readonly value: string };
