/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "tern-engine-fixture.h"
#include "tern-mock-graph.h"
#include "tern-mock-oauth-server.h"

G_BEGIN_DECLS

#define OUTLOOK_LETTERS 5
/* What a token for Graph may be good for. */
#define OUTLOOK_READ_WRITE                                                                         \
  "https://graph.microsoft.com/Mail.Send https://graph.microsoft.com/Mail.ReadWrite"
#define OUTLOOK_READ "https://graph.microsoft.com/Mail.Read"
#define OUTLOOK_BASIC                                                                              \
  "https://graph.microsoft.com/User.Read https://graph.microsoft.com/Mail.ReadBasic"
#define OUTLOOK_IMAP "https://outlook.office.com/IMAP.AccessAsUser.All"

/**
 * OutlookHealth:
 *
 * What one of the two servers does with whoever comes.
 */
typedef enum
{
  OUTLOOK_HEALTHY,
  OUTLOOK_UNREACHABLE, /* no connection comes about */
  OUTLOOK_CUT,         /* takes requests and closes the connection in place of an answer */
  OUTLOOK_UNAUTHORIZED,
  OUTLOOK_FORBIDDEN, /* the token is good, and there is no mailbox for it */
  OUTLOOK_BUSY,      /* wants to be left alone for ten minutes */
  OUTLOOK_BROKEN,    /* has trouble of its own */
} OutlookHealth;

/* What was asked of whom since outlook_forget(). */
typedef struct
{
  guint graph_tokens;
  guint imap_tokens;
  guint graph;
  guint imap; /* connections */
} OutlookCounts;

/* An engine on a throw-away profile with an account of Outlook, whose provider, Graph and IMAP
 * server are scripted. Both servers have the same mailbox: OUTLOOK_LETTERS letters in the inbox,
 * "Letter 1" the oldest, whose ids are "letter-1" for Graph and 1 for IMAP. What changes in one
 * does not change in the other. */
typedef struct
{
  Fixture base;
  TernMockOauthServer *provider;
  TernMockGraph *graph;
  int imap_health; /* atomic */
  char *trace;
  guint graph_tokens; /* counted before outlook_forget() */
  guint imap_tokens;
  guint connections;
} Outlook;

void outlook_set_up (Outlook *self, gconstpointer unused);
void outlook_tear_down (Outlook *self, gconstpointer unused);
/* What the provider says that tokens are good for: NULL where it refuses them, "" for not saying.
 */
void outlook_grant (Outlook *self, const char *graph, const char *imap);
void outlook_set_graph (Outlook *self, OutlookHealth health);
void outlook_set_imap (Outlook *self, OutlookHealth health);
void outlook_add_account (Outlook *self);

/* The program ends and starts again, after so many minutes by the clock of the routing. */
void outlook_restart (Outlook *self, guint minutes);
void outlook_forget (Outlook *self);
OutlookCounts outlook_count (Outlook *self);
/* What the trace tells since outlook_forget(): lines with an event. */
char *outlook_dup_trace (Outlook *self, const char *event);
/* The channel that was used last. */
char *outlook_dup_channel (Outlook *self);

gboolean outlook_list_folders (Outlook *self, GError **error);
TernFolder *outlook_get_folder (Outlook *self, TernFolderRole role);
/* Lists the folders where none are known, and brings the inbox up to date. */
gboolean outlook_sync (Outlook *self, GError **error);
void outlook_assert_sync (Outlook *self);
gboolean
outlook_sync_folder (Outlook *self, TernFolderRole role, TernFetchPolicy policy, GError **error);
TernLetter *outlook_open (Outlook *self, gint64 message_id, TernFetchPolicy policy, GError **error);
TernAccountState outlook_get_state (Outlook *self);
/* "SUBJECT: FLAGS" of each message of a folder, as a list shows them, a line each */
char *outlook_describe (Outlook *self, TernFolderRole role);
gint64 outlook_find (Outlook *self, TernFolderRole role, const char *subject);

/* One more of a letter, such as a copy of it. */
void outlook_add_to_imap (Outlook *self, const char *folder, guint n);
/* Does to the mailbox of the other server what was done to one, as they are one in truth. */
void outlook_mirror_to_imap (Outlook *self);
void outlook_mirror_to_graph (Outlook *self);

G_END_DECLS
