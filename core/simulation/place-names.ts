import type { RandomStream } from "./random.ts";

const places = `Abreuvoir Acacias Alouettes Amandiers Ateliers Aubépines Bains Barrage Bateliers Belle-Croix Bergerie
Blanchisserie Boulangers Bouleaux Briqueterie Canal Carrières Cascade Cerisiers Chantiers Chapelle Charmilles Charrons
Chevaliers Cloître Clos-Fleuri Colombier Cordiers Coteaux Croix-Verte Docks Drapiers Écluse École Églantiers Entrepôts
Étang Étuves Fabrique Fauvettes Fleuristes Fonderie Fontaine Forge Fougères Four Glacière Glycines Grands-Champs Halles
Hirondelles Horloge Hôtel-Dieu Île Imprimerie Jardins Jonquilles Lavoir Lilas Maraîchers Marché Mésanges Meunier
Moulin Musée Noisetiers Orangerie Orfèvres Ormes Palais Passerelle Pépinière Peupliers Platanes Pont-Neuf Port Potiers
Prairie Pressoir Quai Quatre-Vents Rempart Rossignols Sablons Saules Source Tanneurs Théâtre Tilleuls Tisserands Tour
Vergers Verrerie Vignes Viaduc`.split(/\s+/);

/** A made-up station name in the network's habit of naming two streets that cross: "Lavoir - Quatre-Vents". */
export function stationName(random: RandomStream): string {
  const first = random.below(places.length);
  // Any place but the first one again.
  const second = (first + 1 + random.below(places.length - 1)) % places.length;
  return `${places[first]} - ${places[second]}`;
}
