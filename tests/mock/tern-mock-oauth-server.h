/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* A provider's pages of OAuth 2.0 on a port of this machine: it lets everybody in, at once. */
#define TERN_TYPE_MOCK_OAUTH_SERVER (tern_mock_oauth_server_get_type ())
G_DECLARE_FINAL_TYPE (TernMockOauthServer, tern_mock_oauth_server, TERN, MOCK_OAUTH_SERVER, GObject)

/**
 * TernMockOauthFault:
 *
 * What the token page does in place of its task.
 */
typedef enum
{
  TERN_MOCK_OAUTH_NONE,
  TERN_MOCK_OAUTH_INVALID_GRANT,
  TERN_MOCK_OAUTH_INTERACTION_REQUIRED,
  TERN_MOCK_OAUTH_INVALID_SCOPE,
  TERN_MOCK_OAUTH_THROTTLED,    /* 429 with Retry-After */
  TERN_MOCK_OAUTH_BROKEN,       /* 503 without */
  TERN_MOCK_OAUTH_TRUNCATED,    /* JSON that ends early */
  TERN_MOCK_OAUTH_CUT,          /* fewer bytes than announced */
  TERN_MOCK_OAUTH_NO_JSON,      /* a page for people */
  TERN_MOCK_OAUTH_DEEP,         /* brackets and nothing else */
  TERN_MOCK_OAUTH_HUGE,         /* an answer without end */
  TERN_MOCK_OAUTH_SLOW,         /* a few bytes, and then nothing */
  TERN_MOCK_OAUTH_ELSEWHERE,    /* a redirect to another page of its */
  TERN_MOCK_OAUTH_BAD_TOKEN,    /* an access token with a line feed */
  TERN_MOCK_OAUTH_NO_REFRESH,   /* no refresh token with the access token */
  TERN_MOCK_OAUTH_PENDING,      /* authorization_pending */
  TERN_MOCK_OAUTH_SLOW_DOWN,    /* slow_down */
  TERN_MOCK_OAUTH_EXPIRED_CODE, /* expired_token */
} TernMockOauthFault;

TernMockOauthServer *tern_mock_oauth_server_new (guint16 port);
const char *tern_mock_oauth_server_get_base (TernMockOauthServer *self);
char *tern_mock_oauth_server_listen_securely (TernMockOauthServer *self,
                                              GTlsCertificate *certificate);
void
tern_mock_oauth_server_set_fault (TernMockOauthServer *self, TernMockOauthFault fault, guint times);
void tern_mock_oauth_server_set_scope (TernMockOauthServer *self, const char *scope);
void tern_mock_oauth_server_set_scope_for (TernMockOauthServer *self,
                                           const char *resource,
                                           const char *scope);
void tern_mock_oauth_server_set_refused (TernMockOauthServer *self,
                                         const char *resource,
                                         gboolean refused);
void tern_mock_oauth_server_set_lifetime (TernMockOauthServer *self, guint seconds);
void tern_mock_oauth_server_set_rotation (TernMockOauthServer *self, gboolean rotates);
void tern_mock_oauth_server_set_denial (TernMockOauthServer *self, gboolean denies);
void tern_mock_oauth_server_set_turns_away (TernMockOauthServer *self, gboolean turns_away);
void tern_mock_oauth_server_set_user (TernMockOauthServer *self, const char *user);
void tern_mock_oauth_server_hold (TernMockOauthServer *self);
void tern_mock_oauth_server_release (TernMockOauthServer *self);
void tern_mock_oauth_server_revoke (TernMockOauthServer *self);
char *tern_mock_oauth_server_grant (TernMockOauthServer *self);
guint tern_mock_oauth_server_count (TernMockOauthServer *self, const char *path);
guint tern_mock_oauth_server_count_for (TernMockOauthServer *self, const char *resource);
guint tern_mock_oauth_server_count_most_at_once (TernMockOauthServer *self);
gboolean tern_mock_oauth_server_accepts (TernMockOauthServer *self, const char *access);
gboolean tern_mock_oauth_server_accepts_for (TernMockOauthServer *self,
                                             const char *access,
                                             const char *resource);

G_END_DECLS
