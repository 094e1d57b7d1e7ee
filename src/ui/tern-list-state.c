/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "tern-list-state.h"

#include <glib/gi18n.h>

#include "tern-ui-error.h"

static TernListState *
state_new (const char *icon, const char *title, const char *description)
{
  TernListState *self = g_new0 (TernListState, 1);

  self->icon = icon;
  self->title = g_strdup (title);
  self->description = g_strdup (description);
  return self;
}

/**
 * tern_list_state_free:
 * @self: (transfer full): a state
 *
 * Frees it.
 */
void
tern_list_state_free (TernListState *self)
{
  g_free (self->title);
  g_free (self->description);
  g_free (self);
}

static TernListState *
with_action (TernListState *self, const char *button, const char *action)
{
  self->button = button;
  self->action = action;
  return self;
}

/* The states in which something is wrong; what happened comes from the error where there is one. */
static TernListState *
trouble (const TernStatus *status, const char *server, const char *meaning)
{
  TernListState *self;
  g_autofree char *sentence =
      status->error != NULL ? tern_error_to_sentence (status->error, server) : NULL;
  g_autofree char *description =
      sentence != NULL ? g_strdup_printf ("%s %s", sentence, meaning) : g_strdup (meaning);

  switch (status->state)
    {
    case TERN_ACCOUNT_STATE_OFFLINE:
      self = with_action (state_new ("network-offline-symbolic", _ ("Offline"), description),
                          _ ("Try again"), "win.refresh");
      break;
    case TERN_ACCOUNT_STATE_SIGN_IN:
      self = with_action (state_new ("dialog-password-symbolic", _ ("Sign-in needed"), description),
                          _ ("Sign in…"), "win.sign-in");
      break;
    case TERN_ACCOUNT_STATE_CERTIFICATE:
      self = with_action (
          state_new ("security-low-symbolic", _ ("The server is not trusted"), description),
          _ ("Look at certificate…"), "win.certificate");
      break;
    case TERN_ACCOUNT_STATE_TROUBLE:
      self = with_action (state_new ("dialog-warning-symbolic",
                                     _ ("The server does not give the mail"), description),
                          _ ("Try again"), "win.refresh");
      break;
    case TERN_ACCOUNT_STATE_CACHED:
    case TERN_ACCOUNT_STATE_CONNECTING:
    case TERN_ACCOUNT_STATE_ONLINE:
    default:
      return NULL;
    }
  self->error = status->error;
  return self;
}

static TernListState *
empty (const TernFolder *folder)
{
  switch (folder->role)
    {
    case TERN_FOLDER_ROLE_INBOX:
      return state_new ("tern-inbox-symbolic", _ ("All done"), _ ("There is no mail here."));
    case TERN_FOLDER_ROLE_TRASH:
      return state_new ("user-trash-symbolic", _ ("Trash is empty"),
                        _ ("What you delete comes here first."));
    case TERN_FOLDER_ROLE_DRAFTS:
      return state_new ("document-edit-symbolic", _ ("No drafts"), NULL);
    case TERN_FOLDER_ROLE_JUNK:
      return state_new ("mail-mark-junk-symbolic", _ ("No junk"), NULL);
    case TERN_FOLDER_ROLE_NONE:
    case TERN_FOLDER_ROLE_SENT:
    case TERN_FOLDER_ROLE_ARCHIVE:
    case TERN_FOLDER_ROLE_ALL:
    case TERN_FOLDER_ROLE_FLAGGED:
    default:
      return state_new ("folder-symbolic", _ ("No letters in this folder"), NULL);
    }
}

/**
 * tern_list_state_for_page:
 * @has_accounts: whether there is any account
 * @folder: (nullable): the folder that is open and has no rows
 * @status: (nullable): how its account is doing
 * @server: (nullable): the server's name
 *
 * Decides what is said where there is no row to show.
 *
 * Returns: (transfer full): the state; it points into @status
 */
TernListState *
tern_list_state_for_page (gboolean has_accounts,
                          const TernFolder *folder,
                          const TernStatus *status,
                          const char *server)
{
  TernListState *state;

  if (!has_accounts)
    return with_action (
        state_new ("io.github.ternmail.Tern", _ ("Welcome to Tern"),
                   _ ("Add your mail account, and your letters appear here as they arrive.")),
        _ ("Add account…"), "app.add-account");

  if (folder != NULL && folder->validated > 0)
    return empty (folder);

  state = status != NULL
              ? trouble (status, server, _ ("Nothing of this folder has been kept here yet."))
              : NULL;
  if (state != NULL)
    return state;
  if (folder == NULL && status != NULL && status->state == TERN_ACCOUNT_STATE_ONLINE)
    return state_new ("folder-symbolic", _ ("No folder is open"), _ ("Choose one in the sidebar."));
  /* Nobody has looked at any account yet, and so nothing is being fetched. */
  if (folder == NULL && (status == NULL || status->state == TERN_ACCOUNT_STATE_CACHED))
    return state_new ("tern-inbox-symbolic", _ ("No account is open"),
                      _ ("Choose one in the sidebar, and its mail is fetched."));
  return state_new ("tern-inbox-symbolic", _ ("Fetching your mail"),
                    _ ("The newest letters come first."));
}

/**
 * tern_list_state_for_bar:
 * @status: (nullable): how the account of the folder that is open is doing
 * @server: (nullable): the server's name
 * @has_struck_out: whether a letter of the list is struck out
 *
 * Decides what is said above a list.
 *
 * Returns: (transfer full) (nullable): the state, which points into @status; %NULL where all is
 * well
 */
TernListState *
tern_list_state_for_bar (const TernStatus *status, const char *server, gboolean has_struck_out)
{
  TernListState *state =
      status != NULL ? trouble (status, server, _ ("You see what was kept here.")) : NULL;

  if (state == NULL && status != NULL && status->is_read_only)
    {
      state =
          with_action (state_new ("changes-prevent-symbolic", NULL,
                                  _ ("The sign-in lets Tern read this mail but not change it.")),
                       _ ("Sign in…"), "win.sign-in");
      state->is_calm = TRUE;
    }
  if (state != NULL || !has_struck_out)
    return state;
  state =
      with_action (state_new ("user-trash-symbolic", NULL,
                              _ ("Removed letters stay struck out until the folder is compacted.")),
                   /* Translators: to remove struck-out letters from a folder. */
                   _ ("Compact"), "win.compact");
  state->is_calm = TRUE;
  return state;
}

/**
 * tern_list_state_for_search:
 * @is_asking: whether an answer is still to come
 * @error: (nullable): why the server was not asked, or not to the end
 * @server: (nullable): the server's name
 *
 * Decides what is said where a search has no row to show, or above its rows.
 *
 * Returns: (transfer full): the state, which points to @error
 */
TernListState *
tern_list_state_for_search (gboolean is_asking, const GError *error, const char *server)
{
  TernListState *state;

  if (error != NULL)
    {
      g_autofree char *sentence = tern_error_to_sentence (error, server);
      /* Translators: %s is a sentence that says why. */
      g_autofree char *description =
          g_strdup_printf (_ ("Only what is kept on this computer was searched. %s"), sentence);

      state = state_new ("dialog-warning-symbolic", _ ("Nothing found here"), description);
      state->error = error;
      return state;
    }
  if (is_asking)
    return state_new ("system-search-symbolic", _ ("Searching"), NULL);
  return state_new ("system-search-symbolic", _ ("Nothing found"),
                    _ ("No letter in this folder has all of these words."));
}
