/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib-object.h>

#include "tern-endpoint.h"

G_BEGIN_DECLS

/* What tern_account_lines_parse() takes: bytes altogether, bytes of one account, accounts. */
#define TERN_ACCOUNT_LINES_MAX_SIZE (32 * 1024 * 1024)
#define TERN_ACCOUNT_LINE_MAX_SIZE (16 * 1024)
#define TERN_ACCOUNT_LINES_MAX 100000

/**
 * TernAccountLineFault:
 * @TERN_ACCOUNT_LINE_GOOD: none
 * @TERN_ACCOUNT_LINE_FORM: it has none of the known forms
 * @TERN_ACCOUNT_LINE_TOO_LONG: it is longer than any account's can be
 * @TERN_ACCOUNT_LINE_TEXT: it is no UTF-8, or has control characters
 * @TERN_ACCOUNT_LINE_ADDRESS: what stands first is no mail address
 * @TERN_ACCOUNT_LINE_PASSWORD: the password is missing
 * @TERN_ACCOUNT_LINE_SERVER: the server's name is malformed
 * @TERN_ACCOUNT_LINE_PORT: the port is malformed
 * @TERN_ACCOUNT_LINE_CLIENT: the client id is malformed
 * @TERN_ACCOUNT_LINE_TOKEN: the refresh token is malformed
 * @TERN_ACCOUNT_LINE_PROVIDER: there is no such provider
 *
 * Why a line is refused.
 */
typedef enum
{
  TERN_ACCOUNT_LINE_GOOD,
  TERN_ACCOUNT_LINE_FORM,
  TERN_ACCOUNT_LINE_TOO_LONG,
  TERN_ACCOUNT_LINE_TEXT,
  TERN_ACCOUNT_LINE_ADDRESS,
  TERN_ACCOUNT_LINE_PASSWORD,
  TERN_ACCOUNT_LINE_SERVER,
  TERN_ACCOUNT_LINE_PORT,
  TERN_ACCOUNT_LINE_CLIENT,
  TERN_ACCOUNT_LINE_TOKEN,
  TERN_ACCOUNT_LINE_PROVIDER,
} TernAccountLineFault;

/**
 * TernAccountLine:
 * @number: the number of its first line in the text, from 1
 * @fault: why it is refused; then nothing of what follows is set
 * @email: the address
 * @password: (nullable): the password
 * @client_id: (nullable): as what the refresh token was issued; with it, that and no password count
 * @refresh_token: (nullable): the refresh token
 * @provider: (nullable): the id of the provider, in lower case
 * @server: (nullable): where the mail is; without it and a provider it is to be found by the
 * address
 *
 * An account as one line of a list describes it, with its secrets.
 */
typedef struct
{
  guint number;
  TernAccountLineFault fault;
  char *email;
  char *password;
  char *client_id;
  char *refresh_token;
  char *provider;
  TernEndpoint *server;
} TernAccountLine;

GPtrArray *tern_account_lines_parse (const char *text, gsize size, GError **error);
void tern_account_line_free (TernAccountLine *self);
const char *tern_account_line_fault_to_string (TernAccountLineFault fault);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TernAccountLine, tern_account_line_free)

G_END_DECLS
