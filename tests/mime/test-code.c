/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-mime-code.h"

#include <string.h>

typedef struct
{
  const char *subject;
  const char *text;
  const char *code; /* NULL for none */
} Case;

/* What letters with a code say. */
static const Case CODES[] = {
  /* English */
  { "", "Your verification code is 482913.", "482913" },
  { "", "Your code is: 4829", "4829" },
  { "", "Your Example verification code is 07341628. It expires in 10 minutes.", "07341628" },
  { "", "482913 is your Example code", "482913" },
  { "482913 is your verification code", "Hello Ana", "482913" },
  { "Your code: 4829", "", "4829" },
  { "[Example] Sign in", "Use this passcode to sign in:\n\n  771 204  \n\nThanks", "771204" },
  { "", "OTP: 771-204 (valid for 10 minutes)", "771204" },
  { "", "one-time password\n\n1234 5678\n", "12345678" },
  { "", "G-482913 is your Example verification code.", "G-482913" },
  { "", "Enter AB12CD as your confirmation code.", "AB12CD" },
  { "", "Here is the access code you need to log in to account ana:\n\nR7K2M\n", "R7K2M" },
  { "", "Your security code for Example is XK4F-9QZ2", "XK4F-9QZ2" },
  { "", "Security code: 1 2 3 4 5 6", "123456" },
  { "", "Your code\n1\n2\n3\n4\n5\n6\n", "123456" },
  { "", "Your login code is *771204*", "771204" },
  { "", "Your PIN is \"7712\"", "7712" },
  { "", "code=771204", "771204" },
  { "", "Your code is 2024", "2024" },
  { "", "2019 is your verification code", "2019" },
  { "", "Verification code: #771204", "771204" },
  { "", "Use 771204 to sign in to Example. Never share this code.", "771204" },
  { "Your Example verification code",
    "Hi Ana,\n\nto go on, please type this on the page that is open in your browser:\n\n"
    "771204\n\nGreetings from all of us at Example Company in beautiful Springfield",
    "771204" },
  { "", "Verification code for order 48213: 771204", "771204" },
  { "", "Confirm with code 771204 within 10 minutes. Call +1 555 010 1234 for help.", "771204" },
  { "", "Your code is 771204.Enter it on the page.", "771204" },
  { "", "Please don't share it: code 771204\n\nExample Inc., 548 Market St, CA 94104", "771204" },
  { "", "code-771204", "771204" },
  { "", "We received a request from ana2024@example.org. Your code is 771204", "771204" },
  { "", "Sent at 10:30 on 2026-11-22. Code: 771204", "771204" },
  { "", "Your code: 7712\342\200\21304", "771204" },
  { "", "Your code: a1b2c3", "a1b2c3" },
  { "", "Your OTP for a payment of INR 5,000.00 at Example is 482913. Ref no 12345678", "482913" },
  { "", "To verify your address use the following One Time Password (OTP):\n\n482913\n", "482913" },
  { "Verify your account", "Please verify yourself with 482913.", "482913" },
  { "", "Your confirmation: 4829", "4829" },
  { "", "Your confirmation code\n\nT3F-8GH\n", "T3F-8GH" },
  /* Chinese */
  { "", "您的验证码是123456，请勿泄露。", "123456" },
  { "", "【示例】验证码：8264，5分钟内有效。", "8264" },
  { "", "您正在登录，动态码 482913 10分钟内有效", "482913" },
  { "", "验证码２０４８６１", "204861" },
  { "", "123456是您的验证码", "123456" },
  { "", "尾号1234的用户，您的校验码为773310。客服电话95588", "773310" },
  { "", "您的驗證碼為 2024", "2024" },
  { "激活码", "请输入以下字符完成注册：\n\nA7K9Q2\n", "A7K9Q2" },
  { "", "订单48213的确认码：773310", "773310" },
  /* Japanese, Korean */
  { "", "認証コード：123456", "123456" },
  { "", "ワンタイムパスワードは 482913 です。有効期限は10分です。", "482913" },
  { "", "確認コード\n\n  4829\n\n", "4829" },
  { "", "인증번호 [482913]를 입력해 주세요.", "482913" },
  { "", "인증 코드는 482913입니다", "482913" },
  /* other languages */
  { "", "Ihr Bestätigungscode lautet 482 913.", "482913" },
  { "", "Dein Sicherheitscode: 4829", "4829" },
  { "", "482913 ist dein Einmalcode", "482913" },
  { "", "Voici votre code de vérification : 482913", "482913" },
  { "", "Tu código de verificación es 482913.", "482913" },
  { "", "Seu código de verificação é 482913", "482913" },
  { "", "Il tuo codice di verifica è 482913", "482913" },
  { "", "Uw verificatiecode is 4829", "4829" },
  { "", "Din verifieringskod är 482913", "482913" },
  { "", "Vahvistuskoodisi on 482913", "482913" },
  { "", "Twój kod weryfikacyjny to 482913", "482913" },
  { "", "Ваш код подтверждения: 482913", "482913" },
  { "", "Никому не сообщайте код 4829", "4829" },
  { "", "Doğrulama kodunuz: 482913", "482913" },
  { "", "رمز التحقق الخاص بك هو ٤٨٢٩١٣", "482913" },
  { "", "קוד האימות שלך: 482913", "482913" },
  { "", "Mã xác minh của bạn là 482913", "482913" },
  { "", "รหัสยืนยันของคุณคือ 482913", "482913" },
  { "", "Votre code de ve\314\201rification est 2024", "2024" },
};

/* What other letters say. */
static const Case NO_CODES[] = {
  { "", "", NULL },
  { "Invoice 48213", "Please find attached invoice 48213.", NULL },
  { "", "Your order 48213 has been shipped.", NULL },
  { "", "Order confirmation\nOrder number: 48213771", NULL },
  { "", "Your booking confirmation 773311", NULL },
  { "", "Confirmation number 773311", NULL },
  { "", "Track it with tracking code 12345678.", NULL },
  { "", "Use promo code 48213 at the checkout.", NULL },
  { "", "Use code SAVE20 for 20% off", NULL },
  { "", "Discount code: WELCOME10", NULL },
  { "", "Use code SAVE2026 until Friday", NULL },
  { "", "Bestätigung Ihrer Anfrage 48213 vom Montag", NULL },
  { "", "This is the confirmation of your appointment 48213.", NULL },
  { "", "验证码短信已发送至 138****1234", NULL },
  { "", "Enter your zip code 90210", NULL },
  { "", "The request failed with error code 50012.", NULL },
  { "", "Exit status code 1234", NULL },
  { "", "We met in 2024 and it was fine.", NULL },
  { "", "Never share your verification code. (c) 2026 Example", NULL },
  { "", "Your code of conduct of 2024 is attached.", NULL },
  { "", "The code sprint begins at 10:30 on 2026-11-22.", NULL },
  { "", "The code freeze is on 24-12-2026 or 24/12/2026.", NULL },
  { "", "This code costs $1299 or 1299 EUR.", NULL },
  { "", "With this code you save 1,299.00 dollars", NULL },
  { "", "The code is valid for 3600 seconds.", NULL },
  { "", "If you did not ask for a code call +1 555 010 1234.", NULL },
  { "", "If you did not ask for a code call (555) 010-1234.", NULL },
  { "", "Your code was used with the card ending in 4242", NULL },
  { "", "Code used with card ****4242", NULL },
  { "", "Codes go to ana2024@example.org only", NULL },
  { "", "Get your code at https://example.org/code/482913?id=771204", NULL },
  { "", "Get your code at www.example.org/482913", NULL },
  { "", "The source code has 48213 lines.", NULL },
  { "", "I pushed the code as a1b2c3d to the branch; sha256 is fine, utf8 too.", NULL },
  { "", "Version 10.4821 of our code is out", NULL },
  { "", "See IMG_4821.jpg and 4821.pdf for the code", NULL },
  { "", "Scan the barcode 4006381333931 or encode 48213.", NULL },
  { "", "Code 1234567890123 is too long and 123 too short", NULL },
  { "", "Your code review #48213 was approved", NULL },
  { "", "We never ask for your verification code. Example, 548 Market St, CA 94104", NULL },
  { "", "Serial AAAA-1111-BBBB-2222 needs no code", NULL },
  { "", "Reply STOP to 22395 or reply to 22000 for no codes", NULL },
  { "", "Lunch for 1200 people at 1430?", NULL },
  { "", "The code covers the years 1990-1995.", NULL },
  { "", "您的订单号48213771已发货，无需验证码", NULL },
  { "", "邮政编码：100080", NULL },
  { "", "您的优惠码：773310", NULL },
  { "", "验证码已发送，客服电话95588", NULL },
  { "", "2024年5月6日，验证码已失效", NULL },
  { "", "尾号1234的卡支出5000元", NULL },
  { "", "ご注文番号：48213771", NULL },
  { "", "郵便番号 1000001", NULL },
  { "", "주문번호 48213771", NULL },
  { "", "Ihre Bestellnummer lautet 48213771.", NULL },
  { "", "Bestellbestätigung 482137", NULL },
  { "", "Rabattcode: 48213", NULL },
  { "", "Votre commande 48213771 est partie", NULL },
  { "", "Su pedido 48213771", NULL },
  { "", "Ваш заказ 48213771 отправлен", NULL },
  { "", "Sipariş numaranız: 48213771", NULL },
};

static void
assert_code (const Case *c)
{
  g_auto (TernMimeCode) found = { NULL };

  tern_mime_find_code (c->subject, c->text, NULL, &found);
  if (g_strcmp0 (found.is_certain ? found.code : NULL, c->code) != 0)
    {
      g_test_message ("\"%s\" / \"%s\": %s instead of %s", c->subject, c->text, found.code,
                      c->code);
      g_test_fail ();
    }
}

static void
test_codes (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (CODES); i++)
    assert_code (&CODES[i]);
}

static void
test_no_codes (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (NO_CODES); i++)
    assert_code (&NO_CODES[i]);
}

static void
test_uncertain (void)
{
  static const Case CASES[] = {
    { "Welcome", "Dear Ana,\n\n482913\n\nBye", "482913" },
    { "Welcome", "Dear Ana,\n\n482913\n\n771204\n\nBye", NULL },
    { "Welcome", "Dear Ana,\n\n2024\n\nBye", NULL },
    { "Welcome", "Dear Ana, we sold 4821 today", NULL },
    { "4821", "Dear Ana", NULL },
    { "Your code", "Dear Ana, with 4821 you come in.", "4821" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (CASES); i++)
    {
      g_auto (TernMimeCode) found = { NULL };

      tern_mime_find_code (CASES[i].subject, CASES[i].text, NULL, &found);
      g_assert_cmpstr (found.code, ==, CASES[i].code);
      g_assert_false (found.is_certain);
    }
}

static void
test_order (void)
{
  g_auto (TernMimeCode) subject = { NULL };
  g_auto (TernMimeCode) text = { NULL };
  g_auto (TernMimeCode) html = { NULL };

  tern_mime_find_code ("Code 1111", "Code 3333", "<p>Code 4444", &subject);
  g_assert_cmpstr (subject.code, ==, "1111");
  tern_mime_find_code ("Hello", "Code 3333", "<p>Code 4444", &text);
  g_assert_cmpstr (text.code, ==, "3333");
  tern_mime_find_code ("Hello", "See the page",
                       "<style>.c{color:#482913}</style><table><tr><td>Your code<tr>"
                       "<td>4<td>4<td>4<td>4</table><p style='display:none'>code 9999",
                       &html);
  g_assert_cmpstr (html.code, ==, "4444");
  g_assert_true (html.is_certain);
}

static void
test_links (void)
{
  static const struct
  {
    const char *text;
    const char *html;
    const char *link;
  } CASES[] = {
    { "Nothing here", NULL, NULL },
    { "https://e.test/ https://e.test/verify?t=1&amp;u=2 https://e.test/x?y=1", NULL,
      "https://e.test/verify?t=1&u=2" },
    { "请点击https://e.test/activate/a1b2c3d4完成激活", NULL, "https://e.test/activate/a1b2c3d4" },
    { "(https://e.test/confirm?k=abc).", NULL, "https://e.test/confirm?k=abc" },
    { "<https://e.test/validate/a1b2c3>, thanks", NULL, "https://e.test/validate/a1b2c3" },
    { "见：https://e.test/verify?t=1，谢谢", NULL, "https://e.test/verify?t=1" },
    { "Please click to verify your address:\n\nhttp://click.test/ls?u=a1b2", NULL,
      "http://click.test/ls?u=a1b2" },
    { "Bitte bestätigen: http://click.test/ls?u=a1b2", NULL, "http://click.test/ls?u=a1b2" },
    { "Our news: https://e.test/news?id=12", NULL, NULL },
    { "How to verify: see https://e.test/help", NULL, NULL },
    { "Your order: https://e.test/order/confirmation?n=48213", NULL, NULL },
    { "verify by mailto:verify@e.test?x=1", NULL, NULL },
    { "verify at ftp://e.test/verify?x=1", NULL, NULL },
    { "https://bank.test@e.test/verify?x=1", NULL, NULL },
    { NULL,
      "<a href='https://e.test/u?x=1'>Home</a><a href='https://e.test/c?x=1&amp;y=2'>"
      "<b>Verify</b> my address</a>",
      "https://e.test/c?x=1&y=2" },
    { NULL, "<a href='https://e.test/c?x=1'>确认邮箱</a>", "https://e.test/c?x=1" },
    { NULL, "<a href='https://e.test/c?x=1'><img alt='Activate'></a>", "https://e.test/c?x=1" },
    { NULL, "<a href='https://e.test/c?x=1'>Confirm</a><a href='https://e.test/verify?x=1'>x</a>",
      "https://e.test/verify?x=1" },
    { NULL, "<a href='https://e.test/confirm-optout?x=1'>Unsubscribe</a>", NULL },
    { NULL, "<a href='javascript:verify(123456)'>Verify</a>", NULL },
    { NULL, "<a href='/verify?x=1'>Verify</a>", NULL },
    { NULL, "<a>Verify</a>", NULL },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (CASES); i++)
    {
      g_auto (TernMimeCode) found = { NULL };

      tern_mime_find_code ("", CASES[i].text, CASES[i].html, &found);
      g_assert_cmpstr (found.link, ==, CASES[i].link);
    }
}

static double
seconds_for (const char *piece, gsize bytes)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_auto (TernMimeCode) found = { NULL };
  gint64 start;

  while (text->len < bytes)
    g_string_append (text, piece);
  start = g_get_monotonic_time ();
  tern_mime_find_code (text->str, text->str, text->str, &found);
  return (double) (g_get_monotonic_time () - start) / G_USEC_PER_SEC;
}

static void
test_hostile (void)
{
  static const char *const PIECES[] = {
    "1 ",
    "1-",
    "1234 ",
    "code ",
    "code 1234 ",
    "promo code 1234",
    "a@",
    "http:",
    "http://e.test/ ",
    "@",
    "verify=1&",
    "e\314\201\314\201",
    "****",
    "> > >",
    "验证码",
    "\342\200\213",
    "<a href=http://e.test/verify?a=1>verify",
    "12345678901234",
    "G-1234-",
    "is is is 2024 ",
  };

  /* A square of the length would take minutes. */
  for (gsize i = 0; i < G_N_ELEMENTS (PIECES); i++)
    g_assert_cmpfloat (seconds_for (PIECES[i], 256 * 1024), <, 10);
}

static void
test_cut (void)
{
  /* Not UTF-8 at its end, as where the beginning of a letter was fetched. */
  static const char *const TEXTS[] = { "Code 1234 \344\275", "Code 1234 \xff", "\xff", "\344" };

  for (gsize i = 0; i < G_N_ELEMENTS (TEXTS); i++)
    {
      g_auto (TernMimeCode) found = { NULL };

      tern_mime_find_code (TEXTS[i], TEXTS[i], TEXTS[i], &found);
      g_assert_true (found.code == NULL || strcmp (found.code, "1234") == 0);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/mime/code/what a word calls a code is one, in many languages", test_codes);
  g_test_add_func ("/mime/code/years, prices, orders, times and telephone numbers are none",
                   test_no_codes);
  g_test_add_func ("/mime/code/a number that stands for itself is not certain", test_uncertain);
  g_test_add_func ("/mime/code/the subject counts before the text and that before the HTML",
                   test_order);
  g_test_add_func ("/mime/code/the link is the one that confirms something", test_links);
  g_test_add_func ("/mime/code/a hostile letter takes no longer than another", test_hostile);
  g_test_add_func ("/mime/code/a text that is cut inside a character is searched", test_cut);
  return g_test_run ();
}
