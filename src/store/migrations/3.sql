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
