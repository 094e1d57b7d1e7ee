-- SPDX-License-Identifier: GPL-3.0-or-later

-- How many days back the text of letters is fetched before anybody opens them: -1 for all, 0 for none.
ALTER TABLE account ADD COLUMN body_days INTEGER NOT NULL DEFAULT 30;

-- stamp is what the channel made of the folder's state on the server when it was last checked (µs), and,
-- in sync_state, what it was at the last sync.
ALTER TABLE folder ADD COLUMN stamp TEXT;
ALTER TABLE folder ADD COLUMN checked INTEGER NOT NULL DEFAULT 0;
ALTER TABLE sync_state ADD COLUMN stamp TEXT;
