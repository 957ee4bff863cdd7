/* SPDX-License-Identifier: MIT */
#include "tests/fuzz/rfc_keys.h"

static const struct {
    const char *selector;
    const char *domain;
    const char *record;
} keys_of_rfcs[] = {
    /* RFC 6376 appendix C */
    {"brisbane", "example.com",
     "p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDwIRP/UC3SBsEmGqZ9ZJW3/DkMoGeLnQg1fWn7"
     "/zYtIxN2SnFCjxOCKG9v3b4jYfcTNh5ijSsq631uBItLa7od+v/RtdC2UzJ1lWT947qR+Rcac2gbto"
     "/NMqJ0fzfVjH4OuKhitdY9tf6mcwGjaNBcWToIMmPSPDdQPNUYckcQ2QIDAQAB"},
    /* RFC 8463 appendix A.2 */
    {"brisbane", "football.example.com",
     "k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="},
    /* the same */
    {"test", "football.example.com",
     "p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDkHlOQoBTzWRiGs5V6NpP3idY6Wk08a5qhdR6wy5bd"
     "OKb2jLQiY/J16JYi0Qvx/byYzCNb3W91y3FutACDfzwQ/BC/e/8uBsCR+yz1Lxj+PL6lHvqMKrM3rG4hstT5"
     "QjvHO9PzoxZyVYLzBfO2EeC3Ip3G+2kryOTIKT+l/K4w3QIDAQAB"},
};

KeyStore *rfc_keys_new(void)
{
    KeyStore *keys = key_store_new();
    for (size_t i = 0; i < G_N_ELEMENTS(keys_of_rfcs); i++) {
        key_store_add(keys, keys_of_rfcs[i].selector, keys_of_rfcs[i].domain,
                      keys_of_rfcs[i].record, NULL);
    }
    return keys;
}
