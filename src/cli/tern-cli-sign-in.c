/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "tern-cli.h"

#include <glib/gi18n.h>
#include <stdio.h>

/* Whether a browser on this machine has a screen to be on. */
static gboolean
has_display (void)
{
  return g_getenv ("WAYLAND_DISPLAY") != NULL || g_getenv ("DISPLAY") != NULL;
}

static void
launched_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;

  /* The address stands on the screen, too. */
  if (!g_app_info_launch_default_for_uri_finish (result, &error))
    g_debug ("%s", error->message);
}

static TernSignInOffer *
begin (TernCli *cli, TernAccount *account, gboolean by_device, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  tern_engine_begin_sign_in_async (
      cli->engine, account,
      by_device ? NULL : _ ("You are signed in. You can close this page and go back to Tern."),
      by_device ? NULL : _ ("This did not sign you in. Go back to Tern and begin again."), NULL,
      tern_cli_done_cb, &result);
  return tern_engine_begin_sign_in_finish (cli->engine, tern_cli_wait (&result), error);
}

/**
 * tern_cli_check_providers:
 * @cli: the program
 * @error: return location for %TERN_ERROR_INVALID
 *
 * Looks whether the user's own providers are used: who names one would get something else.
 *
 * Returns: whether they are, as far as there are any
 */
gboolean
tern_cli_check_providers (TernCli *cli, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  tern_engine_check_providers_async (cli->engine, NULL, tern_cli_done_cb, &result);
  return tern_engine_check_providers_finish (cli->engine, tern_cli_wait (&result), error);
}

/**
 * tern_cli_begin_sign_in:
 * @cli: the program
 * @account: whose sign-in it is
 * @by_device: whether to have a code typed in on any device; without a display that is tried first
 * @error: return location for an error
 *
 * Begins to sign in with a provider, and tells on stderr where to go on.
 *
 * Returns: (transfer full) (nullable): what to wait for
 */
TernSignInOffer *
tern_cli_begin_sign_in (TernCli *cli, TernAccount *account, gboolean by_device, GError **error)
{
  TernSignInOffer *offer = NULL;

  if (!tern_cli_check_providers (cli, error))
    return NULL;
  if (by_device || !has_display ())
    offer = begin (cli, account, TRUE, by_device ? error : NULL);
  if (offer == NULL && !by_device)
    offer = begin (cli, account, FALSE, error);
  if (offer == NULL)
    return NULL;
  if (offer->code != NULL)
    /* Translators: a provider of mail, a web address, a code. */
    fprintf (stderr, _ ("Sign in with %s: open %s and type in %s\n"), offer->provider, offer->url,
             offer->code);
  else
    {
      /* Translators: a provider of mail, a web address. */
      fprintf (stderr, _ ("Sign in with %s in the browser: %s\n"), offer->provider, offer->url);
      g_app_info_launch_default_for_uri_async (offer->url, NULL, NULL, launched_cb, NULL);
    }
  return offer;
}

/**
 * tern_cli_account_sign_in:
 * @cli: the program
 * @argc: number of words
 * @argv: `sign-in` and ACCOUNT
 *
 * Signs in anew with the account's provider.
 *
 * Returns: the exit status
 */
TernCliStatus
tern_cli_account_sign_in (TernCli *cli, int argc, char **argv)
{
  gboolean by_device = FALSE;
  const GOptionEntry options[] = {
    { "device", 0, 0, G_OPTION_ARG_NONE, &by_device,
      N_ ("Give a code to type in on any device, instead of a browser here"), NULL },
    { 0 },
  };
  g_autoptr (TernAccount) account = NULL;
  g_autoptr (TernSignInOffer) offer = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  if (!tern_cli_parse (cli, "sign-in ACCOUNT", options, &argc, &argv, 1, 1))
    return TERN_CLI_USAGE;
  account = tern_cli_find_account (cli, argv[1], &error);
  if (account == NULL)
    return tern_cli_fail (error);
  if (account->provider == NULL)
    return tern_cli_complain (_ ("%s signs in by a password"), account->email);
  offer = tern_cli_begin_sign_in (cli, account, by_device, &error);
  if (offer == NULL)
    return tern_cli_fail (error);
  tern_engine_sign_in_again_async (cli->engine, account->id, offer, NULL, tern_cli_done_cb,
                                   &result);
  if (!tern_engine_sign_in_again_finish (cli->engine, tern_cli_wait (&result), &error))
    return tern_cli_fail (error);
  return TERN_CLI_DONE;
}
