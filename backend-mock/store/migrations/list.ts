import { books } from './0001-books.ts';

export type Migration = { version: number; name: string; sql: string };

/** In order, without gaps; the schema may only grow. */
export const migrations: readonly Migration[] = [{ version: 1, name: 'books', sql: books }];
