/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "tern-imap-commands.h"
#include "tern-mock-imap-server.h"

G_BEGIN_DECLS

/* An IMAP session beside a scripted server. */
typedef struct
{
  TernMockImapServer *server;
  TernRace *race;
  TernImapSession *session; /* NULL before session_fixture_reach() */
  guint fetched;            /* what session_fixture_counter has taken */
} SessionFixture;

/* Starts a server with @n letters in INBOX. */
void session_fixture_start (SessionFixture *self, TernSecurity security, guint n);
void session_fixture_tear_down (SessionFixture *self, gconstpointer data);

/* Waits for the greeting, and for TLS where the server wants it. */
gboolean session_fixture_reach (SessionFixture *self, GError **error);
gboolean session_fixture_sign_in (SessionFixture *self, const char *password, GError **error);
void session_fixture_hang_up (SessionFixture *self);

void session_fixture_keep_result (GObject *object, GAsyncResult *result, gpointer user_data);
GAsyncResult *session_fixture_wait (GAsyncResult **result);
/* Waits for a command's end, and clears @result. */
gboolean session_fixture_finish (SessionFixture *self, GAsyncResult **result, GError **error);

/* Takes any FETCH, and counts it; its data is the fixture. */
extern const TernImapFetchHandler session_fixture_counter;

G_END_DECLS
