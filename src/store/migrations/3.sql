-- SPDX-License-Identifier: GPL-3.0-or-later

-- group_name is NULL outside of any group. tags: parted by line feeds; NULL for none. notify: the inbox is
-- watched while nobody looks at it.
ALTER TABLE account ADD COLUMN group_name TEXT;
ALTER TABLE account ADD COLUMN tags TEXT;
ALTER TABLE account ADD COLUMN notify INTEGER NOT NULL DEFAULT 1;

-- The one-time code and the confirmation link of a letter, as its text tells: '' for none, NULL where that
-- was not looked for yet. code_certain: whether a word beside the number calls it a code.
ALTER TABLE message ADD COLUMN code TEXT;
ALTER TABLE message ADD COLUMN code_certain INTEGER NOT NULL DEFAULT 0;
ALTER TABLE message ADD COLUMN link TEXT;
