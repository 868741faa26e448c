/** What the made-up people of a country are made of: common names and words, no real person's data. */
export interface PersonNames {
  country: string;
  titles: { male: string; female: string };
  male: readonly string[];
  female: readonly string[];
  family: readonly string[];
  streets: readonly string[];
  /** City, state or region. */
  cities: readonly (readonly [city: string, state: string])[];
  timezone: { offset: string; description: string };
  idName: string;
}

export const personNames = {
  fr: {
    country: "France",
    titles: { male: "Mr", female: "Mrs" },
    male: words(`Adam Antoine Arthur Bastien Clément Damien Émile Étienne Florian Gabin Hugo Jules Léo Louis Lucas
Malo Mathis Nathan Noé Olivier Paul Quentin Raphaël Rémi Sacha Théo Thomas Valentin Victor Yanis`),
    female: words(`Adèle Alice Anaïs Aurélie Camille Capucine Céline Chloé Clara Élise Emma Éva Inès Jade Jeanne
Juliette Léa Léonie Lina Louise Lucie Manon Margaux Mathilde Noémie Océane Romane Sarah Sofia Zoé`),
    family: words(`André Bernard Blanc Bonnet Boyer Chevalier Clément David Dubois Dufour Dupont Durand Faure
Fontaine Fournier François Garnier Gauthier Girard Guérin Henry Lambert Laurent Lefèvre Legrand Lemoine Leroy Marchand
Martin Mercier Meunier Michel Moreau Morel Muller Nicolas Perrin Petit Robert Robin Roussel Roux Simon Thomas Vidal`),
    streets: ["Rue des Lilas", "Rue du Moulin", "Avenue des Tilleuls", "Place du Marché", "Rue de l'Église"],
    cities: [
      ["Paris", "Île-de-France"],
      ["Montreuil", "Île-de-France"],
      ["Lyon", "Rhône"],
      ["Bourg-en-Bresse", "Ain"],
      ["Nantes", "Loire-Atlantique"],
      ["Lille", "Nord"],
    ],
    timezone: { offset: "+1:00", description: "Brussels, Copenhagen, Madrid, Paris" },
    idName: "INSEE",
  },
  gb: {
    country: "United Kingdom",
    titles: { male: "Mr", female: "Ms" },
    male: words(
      "Alfie Arthur Callum Daniel Edward Ethan Finley George Harry Isaac Jack Leo Liam Max Oliver Oscar Toby",
    ),
    female: words(
      "Abigail Alice Amelia Charlotte Daisy Ella Emily Evie Florence Freya Grace Isla Lily Maisie Poppy Ruby",
    ),
    family: words(`Bailey Baker Bennett Brown Carter Clarke Cooper Davies Edwards Evans Foster Green Hall Hughes Jones
King Lewis Mitchell Morgan Parker Roberts Shaw Taylor Turner Walker Ward White Wood Wright Young`),
    streets: ["Church Lane", "Mill Road", "Station Road", "Orchard Close", "High Street"],
    cities: [
      ["Leeds", "West Yorkshire"],
      ["Bristol", "Avon"],
      ["York", "North Yorkshire"],
      ["Norwich", "Norfolk"],
    ],
    timezone: { offset: "0:00", description: "Western Europe Time, London, Lisbon" },
    idName: "NINO",
  },
  de: {
    country: "Germany",
    titles: { male: "Mr", female: "Ms" },
    male: words("Anton Ben Emil Felix Finn Jakob Jonas Jürgen Karl Leon Lukas Moritz Oskar Paul Till"),
    female: words("Anna Clara Emma Frieda Greta Hanna Ida Johanna Käthe Lena Lotte Marie Mila Paula Thea"),
    family: words(`Bauer Becker Fischer Fuchs Hahn Hoffmann Jäger Keller Koch Krüger Lang Meyer Müller Neumann Richter
Schäfer Schmidt Schneider Schulz Vogel Wagner Weber Winkler Wolf Zimmermann`),
    streets: ["Bahnhofstraße", "Gartenweg", "Lindenstraße", "Am Mühlbach", "Schulstraße"],
    cities: [
      ["Dresden", "Sachsen"],
      ["Köln", "Nordrhein-Westfalen"],
      ["Ulm", "Baden-Württemberg"],
      ["Kiel", "Schleswig-Holstein"],
    ],
    timezone: { offset: "+1:00", description: "Brussels, Copenhagen, Madrid, Paris" },
    idName: "SVNR",
  },
} as const satisfies Record<string, PersonNames>;

export type Nationality = keyof typeof personNames;

export const nationalities = Object.keys(personNames).filter(isNationality);

/** Whether people of this nationality (ISO 3166-1 alpha-2, lower case) can be made up. */
export function isNationality(code: string): code is Nationality {
  return Object.hasOwn(personNames, code);
}

function words(list: string): string[] {
  return list.split(/\s+/);
}
