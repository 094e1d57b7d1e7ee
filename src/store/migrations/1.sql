-- SPDX-License-Identifier: GPL-3.0-or-later

CREATE TABLE account (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  uuid TEXT NOT NULL UNIQUE,
  email TEXT NOT NULL UNIQUE COLLATE NOCASE,
  name TEXT,
  user_name TEXT NOT NULL
) STRICT;

CREATE TABLE endpoint (
  account INTEGER NOT NULL REFERENCES account ON DELETE CASCADE,
  position INTEGER NOT NULL,
  host TEXT NOT NULL,
  port INTEGER NOT NULL,
  security INTEGER NOT NULL,
  PRIMARY KEY (account, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE endpoint_stat (
  account INTEGER NOT NULL REFERENCES account ON DELETE CASCADE,
  host TEXT NOT NULL,
  port INTEGER NOT NULL,
  security INTEGER NOT NULL,
  usual_ms INTEGER NOT NULL,
  favourite INTEGER NOT NULL,
  memory TEXT,
  PRIMARY KEY (account, host, port, security)
) STRICT, WITHOUT ROWID;

-- Certificates that the user trusts for one endpoint though no authority vouches for them.
CREATE TABLE trust (
  host TEXT NOT NULL,
  port INTEGER NOT NULL,
  fingerprint TEXT NOT NULL,
  PRIMARY KEY (host, port, fingerprint)
) STRICT, WITHOUT ROWID;

-- total and unread count the listed placements. The server's own counts, -1 where it gave none, are
-- what is shown until the folder was complete once.
CREATE TABLE folder (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  account INTEGER NOT NULL REFERENCES account ON DELETE CASCADE,
  remote_id TEXT NOT NULL,
  path TEXT NOT NULL,
  name TEXT NOT NULL,
  parent TEXT,
  role INTEGER NOT NULL,
  selectable INTEGER NOT NULL,
  subscribed INTEGER NOT NULL,
  complete INTEGER NOT NULL DEFAULT 0,
  total INTEGER NOT NULL DEFAULT 0,
  unread INTEGER NOT NULL DEFAULT 0,
  server_total INTEGER NOT NULL DEFAULT -1,
  server_unread INTEGER NOT NULL DEFAULT -1,
  UNIQUE (account, remote_id)
) STRICT;

CREATE TABLE sync_state (
  folder INTEGER PRIMARY KEY REFERENCES folder ON DELETE CASCADE,
  state TEXT,
  validated INTEGER NOT NULL DEFAULT 0
) STRICT;

-- What a message is, wherever it stands. orphan_of names the folder out of which its last placement
-- fell when the server renumbered it; the row then waits to be matched again.
CREATE TABLE message (
  id INTEGER PRIMARY KEY,
  account INTEGER NOT NULL REFERENCES account ON DELETE CASCADE,
  global_id TEXT,
  message_id TEXT,
  size INTEGER NOT NULL,
  date INTEGER NOT NULL,
  subject TEXT NOT NULL,
  sender TEXT NOT NULL,
  reply_to TEXT,
  recipients TEXT,
  cc TEXT,
  in_reply_to TEXT,
  refs TEXT,
  thread TEXT,
  has_attachments INTEGER NOT NULL,
  structure TEXT,
  snippet TEXT,
  orphan_of INTEGER
) STRICT;

CREATE UNIQUE INDEX message_global ON message (account, global_id) WHERE global_id IS NOT NULL;
CREATE INDEX message_orphan ON message (orphan_of, message_id, size) WHERE orphan_of IS NOT NULL;

-- Where a message stands. remote_id is NULL while the server has not told it. flags are what is
-- shown: server_flags with the pending operations on top. state: 0 listed, 1 hidden by a pending
-- operation, 2 hidden and gone from the server's folder, 3 waiting to be found after a reset.
CREATE TABLE placement (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  message INTEGER NOT NULL REFERENCES message,
  folder INTEGER NOT NULL REFERENCES folder,
  remote_id TEXT,
  state INTEGER NOT NULL DEFAULT 0,
  received INTEGER NOT NULL,
  flags INTEGER NOT NULL,
  server_flags INTEGER NOT NULL,
  keywords TEXT,
  modseq INTEGER NOT NULL
) STRICT;

CREATE UNIQUE INDEX placement_remote ON placement (folder, remote_id);
CREATE INDEX placement_list ON placement (folder, state, received);
CREATE INDEX placement_message ON placement (message);

-- Decoded content. content is NULL where it is the file parts/ID. used orders the rows by last use.
CREATE TABLE part (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  message INTEGER NOT NULL REFERENCES message ON DELETE CASCADE,
  part_id TEXT NOT NULL,
  size INTEGER NOT NULL,
  used INTEGER NOT NULL,
  content BLOB,
  UNIQUE (message, part_id)
) STRICT;

CREATE INDEX part_used ON part (used, size);

CREATE TABLE operation (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  account INTEGER NOT NULL REFERENCES account ON DELETE CASCADE,
  kind INTEGER NOT NULL,
  set_flags INTEGER NOT NULL,
  clear_flags INTEGER NOT NULL,
  target INTEGER REFERENCES folder,
  attempts INTEGER NOT NULL DEFAULT 0,
  created INTEGER NOT NULL
) STRICT;

CREATE TABLE operation_target (
  operation INTEGER NOT NULL REFERENCES operation ON DELETE CASCADE,
  placement INTEGER NOT NULL REFERENCES placement ON DELETE CASCADE,
  PRIMARY KEY (operation, placement)
) STRICT, WITHOUT ROWID;

CREATE INDEX operation_target_placement ON operation_target (placement, operation);
