/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "tern-store.h"

G_BEGIN_DECLS

/* A store in a directory of its own, with one account and the folders INBOX, Archive and Trash. */
typedef struct
{
  char *dir;
  TernStore *store;
  TernAccount *account;
  gint64 inbox;
  gint64 archive;
  gint64 trash;
  TernChanges *changes; /* what happened since fixture_take_changes() */
} Fixture;

void fixture_set_up (Fixture *fixture, gconstpointer data);
void fixture_tear_down (Fixture *fixture, gconstpointer data);
void fixture_reopen (Fixture *fixture);
void fixture_reset_changes (Fixture *fixture);
void fixture_remove_tree (const char *dir);

/* A message of remote id and Message-ID made from @n, received at second @n. */
TernMessage *fixture_message (guint n, TernFlags flags);
gint64 fixture_put (Fixture *fixture, gint64 folder, guint n, TernFlags flags);
void fixture_put_message (Fixture *fixture, gint64 folder, TernMessage *message);
gint64 fixture_find (Fixture *fixture, gint64 folder, const char *remote_id);
TernFlags fixture_flags (Fixture *fixture, gint64 id);
gint64 fixture_log (Fixture *fixture, TernOperation *operation);

/* The folder's list as "id id …", newest first. */
char *fixture_list (Fixture *fixture, gint64 folder);
/* What changed in the folder as "+id -id ~id #", sorted; "#" for counts. */
char *fixture_describe (Fixture *fixture, gint64 folder);
void fixture_check_counts (Fixture *fixture, gint64 folder, gint total, gint unread);

#define fixture_assert_list(f, folder, ...)                                                        \
  G_STMT_START                                                                                     \
  {                                                                                                \
    g_autofree char *list_ = fixture_list ((f), (folder));                                         \
    g_autofree char *wanted_ = g_strdup_printf (__VA_ARGS__);                                      \
    g_assert_cmpstr (list_, ==, wanted_);                                                          \
  }                                                                                                \
  G_STMT_END

#define fixture_assert_changes(f, folder, ...)                                                     \
  G_STMT_START                                                                                     \
  {                                                                                                \
    g_autofree char *told_ = fixture_describe ((f), (folder));                                     \
    g_autofree char *wanted_ = g_strdup_printf (__VA_ARGS__);                                      \
    g_assert_cmpstr (told_, ==, wanted_);                                                          \
  }                                                                                                \
  G_STMT_END

G_END_DECLS
