import type { Attribution } from "../../core/ports/source.ts";

/** Vélib: Paris open data on Opendatasoft, and the operator's own GBFS. */
export const velibAttribution: Attribution = {
  text: "Vélib' Métropole / Ville de Paris",
  licence: "ODbL / Licence Ouverte",
  url: "https://opendata.paris.fr/explore/dataset/velib-disponibilite-en-temps-reel/information/",
};

/** Oslo Bysykkel's open data. */
export const osloAttribution: Attribution = {
  text: "Oslo Bysykkel",
  licence: "NLOD 2.0",
  url: "https://oslobysykkel.no/en/open-data",
};

/** A publisher that names no licence: said as such, so that nobody takes the data for free to use. */
export function unknownLicence(text: string, url: string | null): Attribution {
  return { text, licence: "unknown: the publisher names none in its feed", url };
}

/** Networks whose feeds do not carry their own attribution, by the host that serves them. */
export function attributionOfHost(host: string): Attribution | null {
  const velibHosts = ["opendata.paris.fr", "velib-metropole-opendata.smovengo.cloud"];
  return velibHosts.includes(host) ? velibAttribution : null;
}
