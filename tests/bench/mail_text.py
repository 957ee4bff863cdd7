"""French and English text whose words follow Zipf's law, for the benchmark's mail.

A few hundred common words of each language, extended by regular morphology to about 20,000 forms. The forms need not
all be in a dictionary: what counts for an index is how many there are, how often each occurs, and which letters.
"""
import random

VOCABULARY = 20_000
STREAM = 1 << 20
ZIPF_SHIFT = 2.7

FR_COMMON = """de la le et les des en un du une que est pour qui dans a par plus pas au sur ne se ce il sont avec on ont
mais comme ou si leur y dont elle sa deux ces son aux lui cette être fait entre sans faire tout aussi peut avait ses
nous vous je tu bien après ans très même depuis contre encore pendant moins autres avant toujours notre votre nos vos où
déjà ainsi chez puis donc car jamais rien quand cela ça alors tous toute toutes merci bonjour d'accord aujourd'hui
c'est l'équipe l'adresse n'est qu'il j'ai s'il d'une d'un l'heure l'école l'été l'œuvre l'État jusqu'à lorsqu'il
ci-joint rendez-vous peut-être week-end cordialement bientôt hier demain matin soir lundi mardi mercredi jeudi vendredi
samedi dimanche janvier février mars avril mai juin juillet août septembre octobre novembre décembre""".split()

FR_NOUNS = """année homme femme enfant jour temps monde pays ville vie main chose fois heure travail maison eau histoire
question réponse message courrier lettre dossier facture contrat projet réunion comité conseil société entreprise client
fournisseur commande livraison paiement compte banque budget montant euro prix marché campagne programme discours équipe
bureau directeur secrétaire député ministre président élection mairie région département commune citoyen électeur
événement soirée salle date adresse numéro téléphone voiture train billet hôtel voyage route pièce document rapport
note copie page ligne tableau figure liste fichier système réseau serveur logiciel ordinateur écran clavier version
erreur problème solution idée exemple raison cause effet but moyen service demande besoin intérêt accord signature règle
loi article droit devoir liberté égalité santé hôpital médecin malade médicament école élève professeur université
étudiant cours examen livre œuvre cœur sœur nœud vœu bœuf œuf mère père frère fils fille ami voisin famille fête
anniversaire cadeau gâteau café thé pain fromage vin légume fruit forêt fleur arbre jardin animal chien chat oiseau
montagne mer plage île rivière ciel soleil pluie neige hiver été printemps automne couleur lumière bruit musique
théâtre cinéma journal presse journaliste télévision radio émission photo image vidéo énergie industrie usine machine
moteur atelier ouvrier salaire emploi chômage retraite impôt économie croissance dette finance action sécurité défense
armée guerre paix frontière étranger langue français culture tradition siècle époque avenir passé présent début fin
étape délai retard avance échéance règlement remboursement assurance garantie dégât sinistre expert avis remarque
proposition décision choix vote résultat succès échec chance risque danger crise urgence""".split()

FR_VERBS = """parl aim donn pass port trouv rest pens mont demand regard appel envoy travaill utilis propos prépar
présent organis expliqu confirm valid vérifi sign adress transfér imprim téléphon contact invit arriv entr rentr retourn
march roul voyag visit achet pay command livr factur rembours calcul compt estim évalu mesur analys étudi observ
remarqu constat not cit rappel soulign insist précis indiqu montr signal déclar annonc inform communiqu publi diffus
partag discut négoci accept refus autoris oblig empêch évit protég sauv gard conserv archiv class rang jet supprim
effac ajout complét corrig modifi chang transform amélior augment diminu limit élimin remplac répar install configur
démarr arrêt ferm bloqu débloqu charg télécharg connect navigu cherch recherch rencontr écout jou chant dans mang
cuisin lav nettoy habill port lev couch repos rêv pleur cri rigol amus ennuy inquiét rassur espér souhait désir préfér
aid soutien apport mobilis milit vot gagn bataill lutt créé fond dirig gouvern administr gér financ invest""".split()

FR_ADJECTIVES = """grand petit nouveau premier dernier bon mauvais important national social politique public général
économique français européen international local régional municipal commercial financier juridique technique pratique
simple difficile possible nécessaire urgent prochain ancien récent actuel futur rapide lent fort faible haut bas long
court large étroit profond clair sombre chaud froid humide sec propre sale neuf vieux jeune beau joli laid riche pauvre
heureux triste content fâché calme inquiet sûr certain évident étrange normal spécial particulier commun rare fréquent
complet partiel entier vide plein ouvert fermé gratuit cher léger lourd dur tendre doux amer sucré salé blanc noir rouge
vert bleu jaune gris rose""".split()

EN_COMMON = """the of and to a in for is on that by this with you it not or be are from at as your all have an was we
will can us about if my has but our one do no they he up may what which their out use any there see only so his when
who also now get here how its been some than them then these would into more other could should after before just over
such because between through while where why again still never always often please thanks thank hello dear regards best
yes don't can't it's i'm you're we'll that's isn't won't doesn't let's today tomorrow yesterday morning monday tuesday
wednesday thursday friday saturday sunday january february march april june july august september october november
december""".split()

EN_NOUNS = """time year people way day man thing woman life child world school state family student group country problem
hand part place case week company system program question work government number night point home water room mother area
money story fact month lot right study book eye job word business issue side kind head house service friend father power
hour game line end member law car city community name president team minute idea kid body information back parent face
others level office door health person art war history party result change reason research girl guy moment air teacher
force education foot boy age policy process music market sense nation plan college interest death experience effect
class control field development role effort rate heart drug show leader light voice wife police mind price report
decision son view relationship town road arm difference value building action season society tax director position
player record paper space ground form event official matter center couple site project activity star table need court
oil situation cost industry figure street image phone data picture practice piece land product doctor wall patient
worker news test movie north love support technology step baby computer type attention film tree source hair window
culture chance brother energy period course summer plant opportunity term letter condition choice rule daughter south
husband floor campaign material population call economy hospital church risk fire future bank west sport board subject
officer rest behavior performance fight top goal second bed order author blood agency nature color store sound movement
page race concern series language response animal factor decade article east artist scene stock career treatment
approach size dog fund media sign thought list individual quality pressure answer resource meeting disease success cup
amount ability staff character growth loss degree attack region television box training trade deal election feeling
standard bill message analysis benefit sex lawyer section glass skill sister professor operation crime stage authority
design knowledge gun station strategy truth song example environment leg public patch kernel buffer thread server
client socket driver module branch commit release archive folder attachment signature invoice contract payment delivery
account budget schedule deadline draft""".split()

EN_VERBS = """ask work seem feel try leave call need become start show play move live believe bring happen provide include
continue learn change lead understand watch follow stop create speak read allow add spend grow open walk offer remember
love consider appear wait serve die send expect build stay fall reach kill remain suggest raise pass sell require
report decide pull return explain hope develop carry break receive agree support hit produce eat cover catch draw
choose cause point listen realize place close involve increase plan check review confirm attach forward reply archive
verify sign encrypt publish deliver invite organize discuss negotiate accept refuse approve reject cancel postpone
schedule install configure update upgrade compile debug test deploy restart connect download upload print scan copy
delete restore replace repair measure compute estimate analyze describe mention notice""".split()

EN_ADJECTIVES = """good new first last long great little own old right big high different small large next early young
important few public bad same able political late general full far low available likely free military common poor
natural significant similar hot dead central happy serious ready simple left physical federal entire current wrong
private past foreign fine nice clean cold dark deep direct easy fair final formal former heavy human legal local main
major medical modern national normal open personal popular possible present quick quiet real recent red regular rich
safe short sick single slow social soft special strong sure sweet true typical usual warm weak white wide""".split()

FR_VERB_ENDINGS = """er e es ons ez ent é ée és ées ant ais ait ions iez aient erai eras era erons erez eront erais
erait eraient asse assent eur eurs euse age ages ement ements able ables ation ations""".split()
FR_PREFIXES = "re dé sur pré contre auto inter sous multi co trans anti".split()
EN_VERB_ENDINGS = "s ed ing er ers able ment ments ation ations or ors ive ively".split()
EN_NOUN_ENDINGS = "s 's less ful like ship ships wise hood ish".split()
EN_ADJECTIVE_ENDINGS = "er est ly ness ish".split()
EN_PREFIXES = "re un over under pre mis out non sub super counter inter co de".split()


def french_forms():
    """Yields French forms, the common ones first."""
    yield from FR_COMMON
    for noun in FR_NOUNS:
        yield noun
        yield noun if noun[-1] in "sxz" else noun + ("x" if noun.endswith(("eau", "eu", "œu")) else "s")
    for adjective in FR_ADJECTIVES:
        feminine = adjective if adjective.endswith("e") else adjective + "e"
        yield from (adjective, feminine, adjective.rstrip("s") + "s", feminine + "s", feminine + "ment")
    for prefix in ["", *FR_PREFIXES]:
        for verb in FR_VERBS:
            yield from (prefix + verb + ending for ending in FR_VERB_ENDINGS)
        for noun in FR_NOUNS if prefix else []:
            yield from (f"{prefix}-{noun}", f"{prefix}-{noun}s")


def english_forms():
    """Yields English forms, the common ones first."""
    yield from EN_COMMON
    bases = EN_NOUNS + EN_ADJECTIVES + EN_VERBS
    yield from bases
    for prefix in ["", *EN_PREFIXES]:
        for words, endings in ((EN_NOUNS, EN_NOUN_ENDINGS), (EN_VERBS, EN_VERB_ENDINGS),
                               (EN_ADJECTIVES, EN_ADJECTIVE_ENDINGS)):
            for word in words:
                stem = word[:-1] if word.endswith("e") else word
                yield prefix + word
                yield from (prefix + (stem if ending[0] in "aeio" else word) + ending for ending in endings)


def vocabulary(forms):
    """Returns the first VOCABULARY distinct forms, in order."""
    words = []
    seen = set()
    for form in forms:
        if form not in seen:
            seen.add(form)
            words.append(form)
            if len(words) == VOCABULARY:
                break
    return words


class Text:
    """Sentences and subjects in one language, from a seeded generator."""

    def __init__(self, language, seed):
        self.language = language
        self.words = vocabulary(french_forms() if language == "fr" else english_forms())
        rng = random.Random(f"{seed}/{language}")
        # The common words keep their place; the others are mixed, so that one verb's forms do not stand together.
        common = len(FR_COMMON if language == "fr" else EN_COMMON)
        tail = self.words[common:]
        rng.shuffle(tail)
        self.words[common:] = tail
        weights = [1 / (rank + ZIPF_SHIFT) for rank in range(len(self.words))]
        # Drawn once; sentences are cut from it at random places.
        self.stream = rng.choices(self.words, weights=weights, k=STREAM)

    def take(self, rng, count):
        """Returns `count` words."""
        start = int(rng.random() * (STREAM - count))
        return self.stream[start:start + count]

    def sentence(self, rng):
        """Returns a sentence of 4 to 22 words, with a capital and a full stop."""
        words = self.take(rng, 4 + int(rng.random() * 19))
        draw = rng.random()
        if draw < 0.3 and len(words) > 6:
            words[len(words) // 2] += ","
        elif draw < 0.34:
            words[-1] = str(int(rng.random() * 100_000))
        elif draw < 0.36:
            words[1] = f"« {words[1]} »" if self.language == "fr" else f'"{words[1]}"'
        text = " ".join(words)
        end = "." if draw < 0.85 else (" ?" if self.language == "fr" else "?")
        return text[0].upper() + text[1:] + end

    def paragraphs(self, rng, count):
        """Returns a text of about `count` words as paragraphs."""
        paragraphs = []
        while count > 0:
            sentences = [self.sentence(rng) for _ in range(1 + int(rng.random() * 6))]
            count -= 13 * len(sentences)
            paragraphs.append(" ".join(sentences))
        return paragraphs

    def title(self, rng):
        """Returns a subject of 2 to 8 words."""
        text = " ".join(self.take(rng, 2 + int(rng.random() * 7)))
        return text[0].upper() + text[1:]


def wrapped(paragraph, width=72):
    """Returns the paragraph in lines of at most `width` characters, where words allow; quicker than textwrap."""
    lines = []
    start = 0
    while len(paragraph) - start > width:
        end = paragraph.rfind(" ", start, start + width + 1)
        if end <= start:
            end = paragraph.find(" ", start + width)
            if end < 0:
                break
        lines.append(paragraph[start:end])
        start = end + 1
    lines.append(paragraph[start:])
    return "\n".join(lines)
