/* SPDX-License-Identifier: MIT */
#include "indexer/language_words.h"

static const char *const words[LANGUAGE_LATIN_COUNT] = {
    [LANGUAGE_NONE] = "",
    [LANGUAGE_ENGLISH] =
        ("the of and to in is that it for was on are with as be at this have from or by "
         "not but what all were when we there can an your which their if will each "
         "about how up out them then she many some so these would other into has more "
         "her two like him see time could no make than been its who now did get may you "
         "my our any also just should please thanks thank hello dear regards best let "
         "know they he his only do had me us because after before does here wrote need "
         "think want using"),
    [LANGUAGE_FRENCH] =
        ("le la les de des du un une et est en que qui dans pour pas sur au aux avec ce "
         "cette ces il elle ils elles nous vous je tu ne se son sa ses leur mais ou où "
         "par plus sont été être avoir fait comme tout tous très bien si même aussi "
         "votre vos notre nos mon ma mes bonjour merci bonsoir cher chère salut ai avez "
         "avons ont était peut sans sous entre donc car dont ici cela ça quand après "
         "avant"),
    [LANGUAGE_GERMAN] =
        ("der die das und ist in den von zu mit sich des auf für im dem nicht ein eine "
         "als auch es an werden aus er hat dass sie nach wird bei einer um am sind noch "
         "wie einem über einen so zum war haben nur oder aber vor zur bis mehr durch "
         "man sein wurde wenn ich wir ihr uns mir mich ihnen ihre ihren kann schon "
         "hallo liebe lieber danke grüße gruß bitte diese dieser dieses mal da doch "
         "habe unsere keine kein"),
    [LANGUAGE_SPANISH] =
        ("de la que el en los se del las un por con no una su para es al lo como más "
         "pero sus le ya este sí porque esta entre cuando muy sin sobre también me "
         "hasta hay donde quien desde todo nos durante todos uno les ni contra otros "
         "ese eso ante ellos esto mí qué unos yo otro hola gracias saludos estimado "
         "señor usted está están ser son tiene fue era han hemos hace puede"),
    [LANGUAGE_ITALIAN] =
        ("di che è la il un per in una sono mi ha ma lo ho non si le con ti se cosa "
         "come da ci no questo qui hai sei del bene tu sì me più al mio perché lei solo "
         "te era gli tutto della così mia ne questa fare quando fatto essere dei nel "
         "alla delle anche loro suo sua sul dal nella degli ciao grazie saluti caro "
         "cara gentile buon signor siamo hanno stato anno dalla ed ai alle"),
    [LANGUAGE_PORTUGUESE] =
        ("de que não do da em um para com uma os no se na por mais as dos como mas ao "
         "ele das à seu sua ou quando muito nos já eu também só pelo pela até isso ela "
         "entre depois sem mesmo aos seus quem nas me esse eles você essa num nem suas "
         "meu às minha numa pelos qual nós lhe deles foi é são está ser tem olá "
         "obrigado obrigada bom dia boa caro cara senhor fazer ter"),
    [LANGUAGE_DUTCH] =
        ("de het een en van ik te dat die in is je niet zijn op aan met als voor er "
         "maar om hem dan zou of wat mijn men dit zo door over ze zich bij ook tot uit "
         "nog naar heb hoe heeft hebben wordt deze want nu zij wel geen kan ons onze "
         "moet worden werd beste groet groeten dank bedankt hallo jullie jij wij hier "
         "daar veel meer heer mevrouw graag goed gaan kunnen"),
    [LANGUAGE_SWEDISH] =
        ("och det att en jag hon som han på den med var sig för så till är men ett om "
         "hade de av icke mig du henne då sin nu har inte hans honom skulle hennes där "
         "min man ej vid kunde något från ut när efter upp vi dem vara vad över än dig "
         "kan sina här ha mot alla under någon eller allt mycket sedan hej tack vänliga "
         "mvh kära ska oss vårt vår också bara blir blev"),
    [LANGUAGE_DANISH] =
        ("og jeg det at en den til er som på de med han af for ikke der var mig sig men "
         "et har om vi min havde ham hun nu over da fra du ud sin dem os op man hans "
         "hvor eller hvad skal selv her alle vil blev kunne ind når være dog noget "
         "ville jo deres efter ned skulle denne end dette mit også under have dig anden "
         "hende mine alt meget hej tak venlig hilsen kære mvh blive bliver været nogle"),
    [LANGUAGE_NORWEGIAN] =
        ("og jeg det at en et den til er som på de med han av ikke der så var meg seg "
         "men ett har om vi min mitt ha hadde hun nå over da ved fra du ut sin dem oss "
         "opp man kan hans hvor eller hva skal selv sjøl her alle vil bli ble blitt "
         "kunne inn når være kom noen noe ville dere deres kun etter ned skulle denne "
         "for deg si sine sitt mot å meget hvorfor dette disse uten hvordan ingen hei "
         "takk hilsen kjære vennlig mvh også bare"),
    [LANGUAGE_FINNISH] =
        ("ja on ei se että hän oli en mutta niin minä sen ole kuin mitä siitä ovat jos "
         "mies tämä olen sinä myös nyt joka tai kun vain olisi hänen mikä kanssa ollut "
         "minun vielä sitten kaikki ne jo mukaan sitä voi siellä tässä olla tulee "
         "mitään me te he mun sun terve hei kiitos kiitti terv tämän siis ettei eikä "
         "sekä ennen jälkeen koko missä olivat"),
    [LANGUAGE_POLISH] =
        ("nie to się na jest że do tak jak co mnie za ja ale po tym czy ten go mi tego "
         "tylko od już może być ma jego gdy był była było ze jej ich przez są dla aby "
         "oraz przy pan pani dzień dobry cześć witam także bardzo który która które "
         "jeśli będzie mam nas nam pod bez przed jako lub też więc kiedy dzięki proszę"),
    [LANGUAGE_CZECH] =
        ("je se na to že ve co jsem do tak ale za jak mi si ne už by jste být pro jsou "
         "tom jen ho jeho má ze od ty když není při který která které také jako byl "
         "byla bylo mě tím než ani nebo pak až aby po podle může dobrý den ahoj díky "
         "děkuji prosím zdravím jsme nám vám kde proto tady její jejich před mezi roku"),
    [LANGUAGE_HUNGARIAN] =
        ("az és hogy nem egy is ez azt van meg csak de ha el már volt még mint vagy "
         "mert ki ezt kell lesz én te mi ti fel majd le itt ott hát igen minden olyan "
         "után amely lehet úgy sem nagy kis most nekem neki amit akkor ami aki szia "
         "tisztelt üdv kedves vannak voltak lett más között szerint során hanem pedig"),
    [LANGUAGE_ROMANIAN] =
        ("și în nu de la un cu ce este mai care pe să am din se pentru că al ai nici "
         "sunt are fi dar el ea te mă îl lui si sa ca ar fost lor prin sau fie după cum "
         "când unde doar aici acest această aceste unei unui noi voi ei ele bună ziua "
         "salut vă mea meu său fără până foarte avem aveți stimate"),
    [LANGUAGE_TURKISH] =
        ("ve bir bu da de için ne çok var mi ile ben daha ama olarak gibi kadar sen "
         "değil evet hayır ki şey her sonra en iyi olan biz siz onlar ya mı mu mü nasıl "
         "neden diye bana sana beni seni onu oldu yok bunu şu ise veya hem göre merhaba "
         "selam sayın lütfen günler bey hanım üzere içinde"),
};

const char *language_words(Language language)
{
    return language < LANGUAGE_LATIN_COUNT ? words[language] : "";
}
