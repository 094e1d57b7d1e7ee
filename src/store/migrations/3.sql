-- SPDX-License-Identifier: GPL-3.0-or-later

-- group_name is NULL outside of any group. tags: parted by line feeds; NULL for none. notify: the inbox is
-- watched while nobody looks at it.
ALTER TABLE account ADD COLUMN group_name TEXT;
ALTER TABLE account ADD COLUMN tags TEXT;
ALTER TABLE account ADD COLUMN notify INTEGER NOT NULL DEFAULT 1;
