/**
 * A blank tag that is about to take a lost one's place (money rule 2): kept before the backend is asked, and what it is to
 * show before it is written, so that a till which is killed knows its own work again.
 */
export const tagReplacements = /* sql */ `
CREATE TABLE tag_replacement (
  new_uid TEXT PRIMARY KEY,
  lost_uid TEXT NOT NULL CHECK (lost_uid <> new_uid),
  asked_at TEXT NOT NULL,
  -- Slot 0 as it is written; NULL until the backend has said what is to be on it.
  slot BLOB CHECK (length(slot) = 64),
  -- When it was read back.
  written_at TEXT CHECK (written_at IS NULL OR slot IS NOT NULL)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER tag_replacement_kept BEFORE UPDATE ON tag_replacement
WHEN NEW.new_uid <> OLD.new_uid OR OLD.written_at IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'INV-14 a tag that took a lost one''s place is not changed'); END;
CREATE TRIGGER tag_replacement_stays BEFORE DELETE ON tag_replacement
BEGIN SELECT RAISE(ABORT, 'INV-14 a replacement is never deleted'); END;
`;
