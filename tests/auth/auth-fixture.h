/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "tern-mock-oauth-server.h"
#include "tern-providers.h"
#include "tern-token-source.h"

G_BEGIN_DECLS

#define AUTH_FIXTURE_EMAIL "mira@example.org"

/* A provider on this machine with a keyring file that all tests of a program share. */
typedef struct
{
  TernMockOauthServer *server;
  TernTokenClient *client;
  TernProvider *provider;
  char *uuid;
} AuthFixture;

void auth_fixture_open_keyring (void);
int auth_fixture_close_keyring (int status);
void auth_fixture_break_keyring (gboolean broken);
void auth_fixture_set_up (AuthFixture *self, gconstpointer data);
void auth_fixture_tear_down (AuthFixture *self, gconstpointer data);
TernTokenSource *auth_fixture_new_source (AuthFixture *self);
void auth_fixture_keep (AuthFixture *self, const char *refresh);
char *auth_fixture_dup_kept (AuthFixture *self);
void auth_fixture_keep_result (GObject *object, GAsyncResult *result, gpointer user_data);
GAsyncResult *auth_fixture_wait (GAsyncResult **result);

G_END_DECLS
