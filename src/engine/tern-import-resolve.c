/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-import.h"

#include <string.h>

/* The provider of an address that signs in by a token and is of no provider's domains: a company
 * that has its mail with Microsoft, which is who gives such tokens to lists. */
#define TOKEN_PROVIDER "outlook"
#define IMAPS_PORT 993

/* People write a provider as its id, or as they see it in its addresses: gmail, gmail.com. */
static TernProvider *
find_provider (TernProviders *providers, const char *written)
{
  g_autofree char *name = g_ascii_strdown (written, -1);
  TernProvider *found = tern_providers_get (providers, name);
  GPtrArray *list = tern_providers_list (providers);
  gsize length = strlen (name);

  for (guint i = 0; found == NULL && i < list->len; i++)
    {
      TernProvider *provider = g_ptr_array_index (list, i);

      for (guint k = 0; provider->domains[k] != NULL; k++)
        if (strncmp (provider->domains[k], name, length) == 0 &&
            (provider->domains[k][length] == '\0' || provider->domains[k][length] == '.'))
          found = provider;
    }
  return found;
}

static void
add_endpoints (GPtrArray *endpoints, const TernProvider *provider)
{
  for (guint i = 0; i < provider->imap->len; i++)
    g_ptr_array_add (endpoints, tern_endpoint_ref (g_ptr_array_index (provider->imap, i)));
}

/* Where the mail of a domain that nobody knows is found most often. Nothing is asked now: they are
 * raced when the account is first looked at, and sign in only with a certificate for that name. */
static void
guess_endpoints (GPtrArray *endpoints, const char *email)
{
  static const char *const names[] = { "imap.", "mail." };
  const char *domain = strrchr (email, '@') + 1;

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *host = g_strconcat (names[i], domain, NULL);
      TernEndpoint *endpoint = tern_endpoint_parse (host, IMAPS_PORT, TERN_SECURITY_TLS, NULL);

      if (endpoint != NULL)
        g_ptr_array_add (endpoints, endpoint);
    }
}

static TernProvider *
choose_provider (TernProviders *providers, const TernAccountLine *line)
{
  TernProvider *provider = NULL;

  if (line->provider != NULL)
    return find_provider (providers, line->provider);
  if (line->server == NULL)
    provider = tern_providers_find (providers, line->email);
  if (line->refresh_token != NULL && (provider == NULL || !tern_provider_can_sign_in (provider)))
    provider = tern_providers_get (providers, TOKEN_PROVIDER);
  return provider;
}

/**
 * tern_import_resolve:
 * @providers: the providers
 * @line: a good line
 * @fault: (out): why there is no account
 *
 * Makes an account of a line, without asking anybody. Nobody watches it until the user says so.
 *
 * Returns: (transfer full) (nullable): the account
 */
TernAccount *
tern_import_resolve (TernProviders *providers,
                     const TernAccountLine *line,
                     TernAccountLineFault *fault)
{
  g_autoptr (GPtrArray) endpoints =
      g_ptr_array_new_with_free_func ((GDestroyNotify) tern_endpoint_unref);
  const TernProvider *provider = choose_provider (providers, line);
  TernAccount *account;

  if (line->server != NULL)
    g_ptr_array_add (endpoints, tern_endpoint_ref (line->server));
  else if (provider != NULL)
    add_endpoints (endpoints, provider);
  else if (line->provider == NULL && line->refresh_token == NULL)
    guess_endpoints (endpoints, line->email);
  if (endpoints->len == 0)
    {
      *fault = line->provider != NULL || line->refresh_token != NULL ? TERN_ACCOUNT_LINE_PROVIDER
                                                                     : TERN_ACCOUNT_LINE_ADDRESS;
      return NULL;
    }
  account = tern_account_new (0, NULL, line->email, NULL, NULL, endpoints);
  account->notify = FALSE;
  if (line->refresh_token != NULL)
    {
      account->provider = g_strdup (provider->id);
      account->client_id = g_strdup (line->client_id);
    }
  return account;
}
