/* SPDX-License-Identifier: MIT */
/* Article 1 of the Universal Declaration of Human Rights, and what mail does to a text. */
#include "indexer/language_finder.h"

#include "indexer/language_words.h"

typedef struct {
    const char *code;
    const char *body;
} Text;

static const Text declaration[] = {
    {"en",
     "All human beings are born free and equal in dignity and rights. They are endowed with "
     "reason and conscience and should act towards one another in a spirit of brotherhood."},
    {"fr", "Tous les êtres humains naissent libres et égaux en dignité et en droits. Ils sont "
           "doués de raison et de conscience et doivent agir les uns envers les autres dans un "
           "esprit de fraternité."},
    {"de",
     "Alle Menschen sind frei und gleich an Würde und Rechten geboren. Sie sind mit Vernunft "
     "und Gewissen begabt und sollen einander im Geist der Brüderlichkeit begegnen."},
    {"es",
     "Todos los seres humanos nacen libres e iguales en dignidad y derechos y, dotados como "
     "están de razón y conciencia, deben comportarse fraternalmente los unos con los otros."},
    {"it",
     "Tutti gli esseri umani nascono liberi ed eguali in dignità e diritti. Essi sono dotati "
     "di ragione e di coscienza e devono agire gli uni verso gli altri in spirito di "
     "fratellanza."},
    {"pt",
     "Todos os seres humanos nascem livres e iguais em dignidade e em direitos. Dotados de "
     "razão e de consciência, devem agir uns para com os outros em espírito de "
     "fraternidade. Isto não é só para nós, é também para eles."},
    {"nl",
     "Alle mensen worden vrij en gelijk in waardigheid en rechten geboren. Zij zijn begiftigd "
     "met verstand en geweten, en behoren zich jegens elkander in een geest van "
     "broederschap te gedragen."},
    {"sv", "Alla människor är födda fria och lika i värde och rättigheter. De är utrustade med "
           "förnuft och samvete och bör handla gentemot varandra i en anda av broderskap."},
    {"da",
     "Alle mennesker er født frie og lige i værdighed og rettigheder. De er udstyret med "
     "fornuft og samvittighed, og de bør handle mod hverandre i en broderskabets ånd. Jeg "
     "har noget, som blev til efter mødet, og jeg vil gerne blive her."},
    {"no",
     "Alle mennesker er født frie og med samme menneskeverd og menneskerettigheter. De er "
     "utstyrt med fornuft og samvittighet og bør handle mot hverandre i brorskapets ånd. Hva "
     "skal vi gjøre nå? Jeg har noe som ble sendt etter møtet, hvordan er det for deg?"},
    {"fi",
     "Kaikki ihmiset syntyvät vapaina ja tasavertaisina arvoltaan ja oikeuksiltaan. Heille "
     "on annettu järki ja omatunto, ja heidän on toimittava toisiaan kohtaan veljeyden "
     "hengessä. Se ei ole vain niin, että olen myös siellä."},
    {"pl",
     "Wszyscy ludzie rodzą się wolni i równi pod względem swej godności i swych praw. Są oni "
     "obdarzeni rozumem i sumieniem i powinni postępować wobec innych w duchu braterstwa. "
     "To nie jest tak, że tylko oni, ale także my."},
    {"cs", "Všichni lidé rodí se svobodní a sobě rovní co do důstojnosti a práv. Jsou nadáni "
           "rozumem a svědomím a mají spolu jednat v duchu bratrství. Není to tak, že by byl "
           "jen on, ale také my jsme."},
    {"hu", "Minden emberi lény szabadon születik és egyenlő méltósága és joga van. Az emberek, "
           "ésszel és lelkiismerettel bírván, egymással szemben testvéri szellemben kell hogy "
           "viseltessenek."},
    {"ro",
     "Toate ființele umane se nasc libere și egale în demnitate și în drepturi. Ele sunt "
     "înzestrate cu rațiune și conștiință și trebuie să se comporte unele față de altele în "
     "spiritul fraternității."},
    {"tr", "Bütün insanlar hür, haysiyet ve haklar bakımından eşit doğarlar. Akıl ve vicdana "
           "sahiptirler ve birbirlerine karşı kardeşlik zihniyeti ile hareket etmelidirler. Bu "
           "bizim için çok iyi, ama değil gibi olan daha var mı?"},
    {"ru",
     "Все люди рождаются свободными и равными в своем достоинстве и правах. Они наделены "
     "разумом и совестью и должны поступать в отношении друг друга в духе братства. Это мы."},
    {"uk", "Всі люди народжуються вільними і рівними у своїй гідності та правах. Вони наділені "
           "розумом і совістю і повинні діяти у відношенні один до одного в дусі братерства."},
    {"bg",
     "Всички хора се раждат свободни и равни по достойнство и права. Те са надарени с разум "
     "и съвест и следва да се отнасят помежду си в дух на братство."},
    {"el",
     "Όλοι οι άνθρωποι γεννιούνται ελεύθεροι και ίσοι στην αξιοπρέπεια και τα δικαιώματα."},
    {"ar", "يولد جميع الناس أحرارا متساوين في الكرامة والحقوق"},
    /* clang-format off */
    {"", "تمام افراد بشر آزاد به دنیا می‌آیند و از لحاظ حیثیت و حقوق با هم برابرند"},
    /* clang-format on */
    {"he", "כל בני האדם נולדו בני חורין ושווים בערכם ובזכויותיהם"},
    {"th", "มนุษย์ทั้งปวงเกิดมามีอิสระและเสมอภาคกันในเกียรติศักดิ์และสิทธิ"},
    {"zh", "人人生而自由,在尊严和权利上一律平等。"},
    {"ja",
     "すべての人間は、生まれながらにして自由であり、かつ、尊厳と権利とについて平等である。"},
    {"ko", "모든 인간은 태어날 때부터 자유로우며 그 존엄과 권리에 있어 동등하다."},
    {"", "Сви људи рађају се слободна и једнака бића у достојанству и правима."},
};

static const struct {
    const char *name;
    const char *subject;
    Text text;
} cases[] = {
    {"nothing_is_not_clear", "", {"", ""}},
    {"one_word_is_not_clear", "", {"", "the"}},
    {"capitals_are_read", "", {"fr", "ÊTRE OU NE PAS ÊTRE, VOILÀ TOUT. TRÈS BIEN, MERCI."}},
    {"quoted_lines_do_not_count",
     "",
     {"fr", "> This is what they have said and I should not read\n > all of it because\n"
            "Merci, c'est très bien pour nous. Voilà tout, à demain."}},
    {"who_is_quoted_is_said_by_a_program",
     "",
     {"en", "2026-01-22 (木) の 15:27 +0100 に Petr さんは書きました:\n\n> Hi\n"
            "What do you think they have done about this and when"}},
    {"a_few_words_are_not_in_the_letters_of_who_is_quoted",
     "",
     {"", "Petr <a@x.example> 于2021年1月7日周四 下午9:56写道：\n> Hi\nReviewed.\n"}},
    {"who_is_quoted_tells_when_nothing_else_does",
     "",
     {"fr", "Le 6 mars, elle nous a écrit une réponse pour vous :\n> Hi\nOui.\n"}},
    {"the_colon_before_a_quotation_may_be_wide",
     "",
     {"en", "Petr <a@x.example> 于2021年1月7日周四 下午9:56写道：\r\n> Hi\r\n"
            "What do you think they have done about this and when"}},
    {"a_line_with_a_colon_and_no_quotation_counts",
     "",
     {"de", "Hier ist das, was wir von Ihnen noch nicht haben:\n1. a\n"}},
    {"a_short_answer_goes_by_its_subject",
     "Re: Les comptes de la mairie pour cette année",
     {"fr", "Reçu.\n> What do you think about this?"}},
    {"mail_begins_with_a_greeting", "", {"de", "Hallo Anna,\ndanke, bitte sehr!\n"}},
    {"names_of_files_are_no_words",
     "",
     {"", "num/num.c | 4 +-\nnum/uma.c com/em/nos/pelo.h os_para_com=2 nas@uma.com.br\n"}},
    {"a_word_counts_once", "", {"", "und und und und und und und und"}},
    {"long_lists_with_few_words_are_not_clear",
     "",
     {"", "irq numa travis cpuset hugetlb shmget munmap sendfile epoll inotify fanotify keyctl "
          "prctl sched mmap swapon thermal quotactl ioctl mount unshare capset uma inotify "
          "ptrace sysfs procfs cgroup tmpfs vfat exfat btrfs nos ext sctp tirpc netlink "
          "futex semctl msgget shmat waitpid clone setns unlink rename truncate fallocate "
          "madvise mincore mlock mprotect mremap munlock msync readahead splice tee vmsplice"}},
    {"cyrillic_beside_latin_addresses",
     "",
     {"ru", "Это сообщение о том, что мы были рады. https://example.org/a/b user@example.org"}},
    {"a_foreign_name_is_no_language",
     "",
     {"en", "Please ask 李占武 what they have done about it"}},
    {"broken_bytes_are_passed_over",
     "",
     {"en", "what \xFF\xC3 they have \xE2\x80 done about this and when \xF0"}},
};

/* On an exact-size block, so that an over-read is seen. */
static const char *find(const LanguageFinder *finder, const char *subject, const char *body)
{
    g_autofree char *head = g_memdup2(subject, strlen(subject));
    g_autofree char *text = g_memdup2(body, strlen(body));
    return language_code(language_finder_run(finder, slice_of(head, strlen(subject)),
                                             slice_of(text, strlen(body))));
}

static void test_declaration(void)
{
    g_autoptr(LanguageFinder) finder = language_finder_new();
    for (size_t i = 0; i < G_N_ELEMENTS(declaration); i++) {
        g_test_message("%s", declaration[i].body);
        g_assert_cmpstr(find(finder, "", declaration[i].body), ==, declaration[i].code);
    }
}

static void test_cases(void)
{
    g_autoptr(LanguageFinder) finder = language_finder_new();
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_test_message("%s", cases[i].name);
        g_assert_cmpstr(find(finder, cases[i].subject, cases[i].text.body), ==,
                        cases[i].text.code);
    }
}

/* Every language has words, in lower case, each short enough. */
static void test_words(void)
{
    for (int i = LANGUAGE_NONE + 1; i < LANGUAGE_LATIN_COUNT; i++) {
        g_auto(GStrv) words = g_strsplit(language_words((Language)i), " ", -1);
        g_assert_cmpuint(g_strv_length(words), >, 50);
        for (char **word = words; *word != NULL; word++) {
            g_autofree char *lower = g_utf8_strdown(*word, -1);
            g_assert_cmpstr(*word, ==, lower);
            g_assert_cmpuint(strlen(*word), >=, 2);
            g_assert_cmpuint(strlen(*word), <=, LANGUAGE_WORD_MAX);
        }
    }
}

static void test_codes(void)
{
    Language language = LANGUAGE_NONE;
    g_assert_true(language_of_code("FR", &language));
    g_assert_cmpint(language, ==, LANGUAGE_FRENCH);
    g_assert_false(language_of_code("", &language));
    g_assert_false(language_of_code("xx", &language));
    g_assert_cmpstr(language_code(LANGUAGE_NONE), ==, "");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/language/each_language_is_found", test_declaration);
    g_test_add_func("/language/mail_is_no_literature", test_cases);
    g_test_add_func("/language/words_fit", test_words);
    g_test_add_func("/language/codes", test_codes);
    return g_test_run();
}
