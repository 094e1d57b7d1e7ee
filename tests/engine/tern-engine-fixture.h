/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "tern-engine.h"
#include "tern-mock-imap-server.h"

G_BEGIN_DECLS

/* An engine on a throw-away profile, beside a scripted server. */
typedef struct
{
  char *dir;
  TernMockImapServer *server;
  TernEngine *engine;
  gint64 account_id;

  /* What the engine told, since the last fixture_forget(). */
  guint n_changed;
  guint n_added;
  guint n_removed;
  TernOperation *failed_operation;
  GError *failure;
} Fixture;

void fixture_set_up (Fixture *fixture, gconstpointer unused);
void fixture_tear_down (Fixture *fixture, gconstpointer unused);
void fixture_restart (Fixture *fixture);
/* The two halves of it: nobody has the profile between them. */
void fixture_stop (Fixture *fixture);
void fixture_start (Fixture *fixture);
void fixture_forget (Fixture *fixture);
void fixture_add_account (Fixture *fixture);

GAsyncResult *fixture_wait (GAsyncResult **result);
void fixture_done_cb (GObject *object, GAsyncResult *result, gpointer user_data);

TernFolder *fixture_get_folder (Fixture *fixture, const char *path);
gboolean fixture_sync (Fixture *fixture, const char *path, GError **error);
gint64 fixture_nth_message (Fixture *fixture, const char *path, guint n);
guint fixture_count_rows (Fixture *fixture, const char *path);

/* Adds the account, and has the folder on screen and watched. */
void fixture_view (Fixture *fixture, const char *path);
void fixture_wait_for_added (Fixture *fixture, guint n);

TernOperation *fixture_apply (Fixture *fixture, TernOperation *operation);
gboolean fixture_flush (Fixture *fixture, GError **error);

G_END_DECLS
