/** Integrations that may use the Trac-compatible API of an edition. Only adds. */
export const installations = `
-- An app (slug, public key) let in at one edition, its organisation. Only the public half of its key is ever here (Q45).
CREATE TABLE installation (
  edition_id bigint NOT NULL REFERENCES edition,
  installation_id bigint GENERATED ALWAYS AS IDENTITY,
  slug text NOT NULL,
  namespace text NOT NULL,
  public_key_pem text NOT NULL,
  public_key_sha256 text NOT NULL CHECK (public_key_sha256 ~ '^[0-9a-f]{64}$'),
  -- As JSON text, in the order in which it was written.
  defaults json NOT NULL,
  active boolean NOT NULL,
  created_at timestamptz NOT NULL,
  PRIMARY KEY (edition_id, installation_id),
  UNIQUE (edition_id, slug),
  UNIQUE (edition_id, namespace)
);
-- A token names its installation by this number alone: where it belongs is found by it.
CREATE UNIQUE INDEX installation_number ON installation (installation_id);

CREATE TABLE installation_token (
  token_hash bytea PRIMARY KEY,
  edition_id bigint NOT NULL,
  installation_id bigint NOT NULL,
  issued_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  FOREIGN KEY (edition_id, installation_id) REFERENCES installation
);
CREATE INDEX installation_token_of ON installation_token (edition_id, installation_id, expires_at);
`;
