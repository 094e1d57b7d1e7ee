-- SPDX-License-Identifier: GPL-3.0-or-later

-- How many days back the text of letters is fetched before anybody opens them: -1 for all, 0 for none.
ALTER TABLE account ADD COLUMN body_days INTEGER NOT NULL DEFAULT 30;
