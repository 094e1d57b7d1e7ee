-- SPDX-License-Identifier: GPL-3.0-or-later

-- How many days back the text of letters is fetched before anybody opens them: -1 for all, 0 for none.
ALTER TABLE account ADD COLUMN body_days INTEGER NOT NULL DEFAULT 30;

-- stamp is what the channel made of the folder's state on the server when it was last checked (µs), and,
-- in sync_state, what it was at the last sync.
ALTER TABLE folder ADD COLUMN stamp TEXT;
ALTER TABLE folder ADD COLUMN checked INTEGER NOT NULL DEFAULT 0;
ALTER TABLE folder ADD COLUMN identity TEXT;
ALTER TABLE sync_state ADD COLUMN stamp TEXT;

-- keywords are what is shown: server_keywords with the pending operations on top.
ALTER TABLE placement ADD COLUMN server_keywords TEXT;
UPDATE placement SET server_keywords = keywords WHERE keywords IS NOT NULL;

-- folder is the one that an operation changes, NULL where it changes messages. step is how far the
-- server came; opaque.
ALTER TABLE operation ADD COLUMN folder INTEGER REFERENCES folder;
ALTER TABLE operation ADD COLUMN parent INTEGER REFERENCES folder;
ALTER TABLE operation ADD COLUMN name TEXT;
ALTER TABLE operation ADD COLUMN role INTEGER NOT NULL DEFAULT 0;
ALTER TABLE operation ADD COLUMN only_empty INTEGER NOT NULL DEFAULT 0;
ALTER TABLE operation ADD COLUMN received INTEGER NOT NULL DEFAULT 0;
ALTER TABLE operation ADD COLUMN set_keywords TEXT;
ALTER TABLE operation ADD COLUMN clear_keywords TEXT;
ALTER TABLE operation ADD COLUMN step TEXT;

-- copy is the placement that a pending copy shows in the target; copy_id what the server called the
-- copy of a message whose original it has not removed yet.
ALTER TABLE operation_target ADD COLUMN copy INTEGER REFERENCES placement ON DELETE SET NULL;
ALTER TABLE operation_target ADD COLUMN copy_id TEXT;
CREATE INDEX operation_target_copy ON operation_target (copy) WHERE copy IS NOT NULL;

-- A letter that goes to the server: kept until it is there.
CREATE TABLE operation_content (
  operation INTEGER PRIMARY KEY REFERENCES operation ON DELETE CASCADE,
  content BLOB NOT NULL
) STRICT;

-- shares_flags: the flags are the same in all folders. labels: parted by line feeds; NULL where the server
-- has none.
ALTER TABLE message ADD COLUMN shares_flags INTEGER NOT NULL DEFAULT 0;
ALTER TABLE placement ADD COLUMN labels TEXT;
