#!/usr/bin/env python3
"""How often `language:` is right: sentences as people write them in mail, whose language is known, one, two and four of
them a message. Writes a Markdown table; WAXSEAL_BUILD_DIR has the programs."""
import os
import random
import subprocess
import tempfile

BUILD = os.environ.get("WAXSEAL_BUILD_DIR", "build/release")
SENTENCES = {
    "en": """I am sending you the contract we talked about on Monday.
        Could you let me know by Friday whether the dates suit you?
        The meeting has been moved to the small room on the second floor.
        We have not received your invoice for March yet.
        Thank you for your quick answer and for the photos.
        Please do not forward this message to anyone outside the team.
        My train is late, so start without me. | Has anybody seen the report that was on my desk?""",
    "fr": """Je vous envoie le contrat dont nous avons parlé lundi.
        Pourriez-vous me dire avant vendredi si les dates vous conviennent ?
        La réunion est déplacée dans la petite salle du deuxième étage.
        Nous n'avons pas encore reçu votre facture de mars.
        Merci pour votre réponse rapide et pour les photos.
        Ne transmettez ce message à personne en dehors de l'équipe.
        Mon train a du retard, commencez sans moi. | Quelqu'un a-t-il vu le rapport qui était sur mon bureau ?""",
    "de": """Ich schicke Ihnen den Vertrag, über den wir am Montag gesprochen haben.
        Können Sie mir bis Freitag sagen, ob Ihnen die Termine passen?
        Die Sitzung findet jetzt im kleinen Raum im zweiten Stock statt.
        Wir haben Ihre Rechnung für März noch nicht bekommen.
        Vielen Dank für die schnelle Antwort und für die Fotos.
        Bitte leiten Sie diese Nachricht an niemanden außerhalb der Gruppe weiter.
        Mein Zug hat Verspätung, fangt ohne mich an. | Hat jemand den Bericht gesehen, der auf meinem Tisch lag?""",
    "es": """Le envío el contrato del que hablamos el lunes.
        ¿Me puede decir antes del viernes si le vienen bien las fechas?
        La reunión se ha cambiado a la sala pequeña del segundo piso. | Todavía no hemos recibido su factura de marzo.
        Gracias por su respuesta tan rápida y por las fotos.
        Por favor, no reenvíe este mensaje a nadie fuera del equipo.
        Mi tren llega tarde, empezad sin mí. | ¿Alguien ha visto el informe que estaba en mi mesa?""",
    "it": """Le mando il contratto di cui abbiamo parlato lunedì.
        Mi può dire entro venerdì se le date le vanno bene?
        La riunione è stata spostata nella sala piccola al secondo piano.
        Non abbiamo ancora ricevuto la sua fattura di marzo.
        Grazie per la risposta veloce e per le foto.
        Per favore non inoltri questo messaggio a nessuno fuori dal gruppo.
        Il mio treno è in ritardo, cominciate senza di me.
        Qualcuno ha visto la relazione che era sulla mia scrivania?""",
    "pt": """Envio-lhe o contrato de que falámos na segunda-feira.
        Pode dizer-me até sexta-feira se as datas lhe convêm?
        A reunião foi mudada para a sala pequena do segundo andar. | Ainda não recebemos a sua fatura de março.
        Obrigado pela resposta rápida e pelas fotografias.
        Por favor não reencaminhe esta mensagem a ninguém fora da equipa.
        O meu comboio está atrasado, comecem sem mim. | Alguém viu o relatório que estava na minha mesa?""",
    "nl": """Ik stuur u het contract waar we het maandag over hadden.
        Kunt u mij voor vrijdag laten weten of de data u schikken?
        De vergadering is verplaatst naar de kleine zaal op de tweede verdieping.
        Wij hebben uw factuur van maart nog niet ontvangen.
        Bedankt voor het snelle antwoord en voor de foto's.
        Stuur dit bericht alstublieft niet door naar iemand buiten het team.
        Mijn trein heeft vertraging, begin maar zonder mij.
        Heeft iemand het verslag gezien dat op mijn bureau lag?""",
    "sv": """Jag skickar dig avtalet som vi pratade om i måndags.
        Kan du säga till före fredag om datumen passar dig?
        Mötet är flyttat till det lilla rummet på andra våningen. | Vi har inte fått din faktura för mars ännu.
        Tack för det snabba svaret och för bilderna.
        Skicka inte vidare det här meddelandet till någon utanför gruppen.
        Mitt tåg är försenat, så börja utan mig. | Har någon sett rapporten som låg på mitt skrivbord?""",
    "da": """Jeg sender dig kontrakten, som vi talte om i mandags.
        Kan du sige til inden fredag, om datoerne passer dig?
        Mødet er flyttet til det lille lokale på anden sal. | Vi har ikke fået din faktura for marts endnu.
        Tak for det hurtige svar og for billederne. | Du må ikke sende denne besked videre til nogen uden for gruppen.
        Mit tog er forsinket, så begynd bare uden mig.
        Er der nogen, der har set rapporten, som lå på mit skrivebord?""",
    "fi": """Lähetän teille sopimuksen, josta puhuimme maanantaina.
        Voitteko kertoa perjantaihin mennessä, sopivatko päivät teille?
        Kokous on siirretty pieneen huoneeseen toiseen kerrokseen. | Emme ole vielä saaneet maaliskuun laskuanne.
        Kiitos nopeasta vastauksesta ja kuvista. | Älkää lähettäkö tätä viestiä kenellekään ryhmän ulkopuolella.
        Junani on myöhässä, joten aloittakaa ilman minua. | Onko kukaan nähnyt raporttia, joka oli pöydälläni?""",
    "pl": """Przesyłam umowę, o której rozmawialiśmy w poniedziałek.
        Czy może mi Pan powiedzieć do piątku, czy te terminy są dobre?
        Spotkanie jest przeniesione do małej sali na drugim piętrze. | Nie dostaliśmy jeszcze faktury za marzec.
        Dziękuję za szybką odpowiedź i za zdjęcia. | Proszę nie przesyłać tej wiadomości nikomu spoza zespołu.
        Mój pociąg się spóźnia, zacznijcie beze mnie. | Czy ktoś widział raport, który był na moim biurku?""",
    "cs": """Posílám vám smlouvu, o které jsme mluvili v pondělí.
        Můžete mi do pátku říct, jestli se vám termíny hodí?
        Schůze je přesunuta do malé místnosti ve druhém patře. | Zatím jsme nedostali vaši fakturu za březen.
        Děkuji za rychlou odpověď a za fotografie. | Prosím, neposílejte tuto zprávu nikomu mimo tým.
        Můj vlak má zpoždění, začněte beze mě. | Neviděl někdo zprávu, která byla na mém stole?""",
    "hu": """Küldöm a szerződést, amelyről hétfőn beszéltünk. | Meg tudná mondani péntekig, hogy jók-e az időpontok?
        A megbeszélés átkerült a második emeleti kis terembe. | Még nem kaptuk meg a márciusi számlát.
        Köszönöm a gyors választ és a képeket. | Kérem, ne küldje tovább ezt az üzenetet senkinek a csapaton kívül.
        Késik a vonatom, kezdjétek el nélkülem. | Látta valaki a jelentést, ami az asztalomon volt?""",
    "tr": """Size pazartesi günü konuştuğumuz sözleşmeyi gönderiyorum.
        Tarihlerin size uyup uymadığını cumaya kadar söyler misiniz?
        Toplantı ikinci kattaki küçük odaya alındı. | Mart faturanız henüz bize gelmedi.
        Hızlı cevabınız ve fotoğraflar için çok teşekkür ederim. | Lütfen bu mesajı ekip dışında kimseye göndermeyin.
        Trenim geç kaldı, siz bensiz başlayın. | Masamın üzerinde duran raporu gören var mı?""",
    "ru": """Отправляю вам договор, о котором мы говорили в понедельник.
        Скажите, пожалуйста, до пятницы, подходят ли вам даты?
        Встреча перенесена в маленькую комнату на втором этаже. | Мы ещё не получили ваш счёт за март.
        Спасибо за быстрый ответ и за фотографии. | Не пересылайте это письмо никому за пределами группы.
        Мой поезд опаздывает, начинайте без меня. | Кто-нибудь видел отчёт, который лежал у меня на столе?""",
}
LENGTHS = (1, 2, 4)
SAMPLES = 24


def sentences_of(code):
    """The sentences of a language."""
    return [" ".join(sentence.split()) for line in SENTENCES[code].split("\n") for sentence in line.split(" | ")]


def mails():
    """(language, sentences, text) of each message; the same ones every time."""
    chosen = random.Random("language")
    for code in SENTENCES:
        sentences = sentences_of(code)
        for length in LENGTHS:
            for number in range(len(sentences) if length == 1 else SAMPLES):
                picked = [sentences[number]] if length == 1 else chosen.sample(sentences, length)
                yield code, length, "\n".join(picked)


def found(folder, query):
    """The Message-IDs that a query finds."""
    command = [f"{BUILD}/query/waxseal-query", "-d", f"{folder}/a.db", "search", query, "-n", "100000", "--fields", "msgid"]
    out = subprocess.run(command, capture_output=True, text=True, check=False).stdout
    return out.split()


def main():
    """Measures."""
    with tempfile.TemporaryDirectory() as folder:
        with open(f"{folder}/a.mbox", "w", encoding="utf-8") as file:
            for number, (code, length, text) in enumerate(mails()):
                file.write(f"From - Thu Jan  1 00:00:00 1970\nFrom: a@x.example\nMessage-ID: <{number}.{code}.{length}@x>\n"
                           f"Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n{text}\n\n")
        subprocess.run([f"{BUILD}/indexer/waxseal-index", "-q", "-d", f"{folder}/a.db", f"{folder}/a.mbox"], check=True)
        said = {}
        for code in [*SENTENCES, "none", "no", "ro", "uk", "bg"]:
            for msgid in found(folder, f"language:{code}"):
                said[msgid] = code
    print("| sentences | right | not clear | wrong |\n|---|---|---|---|")
    for length in LENGTHS:
        counts = {"right": 0, "none": 0, "wrong": 0}
        wrong = {}
        for msgid, code in said.items():
            _, known, of_length = msgid.split("@")[0].split(".")
            if int(of_length) == length:
                kind = "right" if code == known else "none" if code == "none" else "wrong"
                counts[kind] += 1
                if kind == "wrong":
                    wrong[f"{known} as {code}"] = wrong.get(f"{known} as {code}", 0) + 1
        total = sum(counts.values())
        print(f"| {length} | {counts['right'] / total:.0%} | {counts['none'] / total:.0%} | "
              f"{counts['wrong'] / total:.1%} {wrong or ''} |")


main()
