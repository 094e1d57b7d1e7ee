-- SPDX-License-Identifier: GPL-3.0-or-later

-- provider: with whom the account signs in by a token; NULL where it has a password. client_id: as what the
-- token was issued; NULL for what Tern is registered as.
ALTER TABLE account ADD COLUMN provider TEXT;
ALTER TABLE account ADD COLUMN client_id TEXT;

-- group_name is NULL outside of any group. tags: parted by line feeds; NULL for none. notify: the inbox is
-- watched while nobody looks at it.
ALTER TABLE account ADD COLUMN group_name TEXT;
ALTER TABLE account ADD COLUMN tags TEXT;
ALTER TABLE account ADD COLUMN notify INTEGER NOT NULL DEFAULT 1;

-- channel is the one whose names the folders and placements of the account bear; NULL while it has none.
ALTER TABLE account ADD COLUMN channel TEXT;
UPDATE account SET channel = 'imap' WHERE id IN (SELECT account FROM folder);

-- What is remembered of a channel: reason is NULL where it worked, else why it was refused.
CREATE TABLE channel_state (
  account INTEGER NOT NULL REFERENCES account ON DELETE CASCADE,
  channel TEXT NOT NULL,
  reason TEXT,
  expires INTEGER NOT NULL,
  PRIMARY KEY (account, channel)
) STRICT, WITHOUT ROWID;

-- unmatched is the account where the message is still known by the names of the channel before.
ALTER TABLE message ADD COLUMN unmatched INTEGER;
CREATE INDEX message_unmatched ON message (unmatched, message_id) WHERE unmatched IS NOT NULL;

-- The one-time code and the confirmation link of a letter, as its text tells: '' for none, NULL where that
-- was not looked for yet. code_certain: whether a word beside the number calls it a code.
ALTER TABLE message ADD COLUMN code TEXT;
ALTER TABLE message ADD COLUMN code_certain INTEGER NOT NULL DEFAULT 0;
ALTER TABLE message ADD COLUMN link TEXT;
