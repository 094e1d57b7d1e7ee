/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "tern-engine-fixture.h"

G_BEGIN_DECLS

/* An account whose inbox is listed; CAPABILITIES are the server's, NULL for all that the mock has.
 */
void changes_set_up (Fixture *fixture, gconstpointer capabilities);

/* Logs a change; unrefs it. */
void changes_apply (Fixture *fixture, TernOperation *asked);
void changes_undo (Fixture *fixture, TernOperation *operation);
/* Until the log is empty; the second one though connections are lost. */
void changes_flush (Fixture *fixture);
void changes_flush_at_last (Fixture *fixture);

gint64 changes_folder_id (Fixture *fixture, const char *path);
gboolean changes_has_folder (Fixture *fixture, const char *path);
guint changes_count_on_server (Fixture *fixture, const char *folder);
/* As many here as there. */
void changes_check_rows (Fixture *fixture, const char *folder, guint n);

G_END_DECLS
