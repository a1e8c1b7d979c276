// The sentences of accounts, shared by the pages of people.
import { useChoices } from "../choices";
import { useSay } from "../words";
import type { Account } from "./api";
import { standingOf } from "./rights";
import { namesOf } from "./where";

export function usePersonWords() {
  const say = useSay();
  const { t, of, time } = say;
  const choices = useChoices();

  const role = (name: string) => of(`role.${name}`);
  const unit = (id = "") => choices.value.units.find((u) => u.id === id)?.name ?? id;
  const second = (p: Account) => t(p.second_factor ? "person.second.on" : p.second_required ? "person.second.must" : "person.second.off");
  const signedIn = (p: Account) => (p.signed_in ? time(p.signed_in) : t("person.in.never"));
  /** Where an account reaches, in one line. */
  function where(p: Account): string {
    const names = namesOf(p, choices.value.halls);
    if (names.length === 0) return t("person.reach.all");
    return names.length > 2 ? t("person.reach.more", { first: names[0] ?? "", n: names.length }) : say.list(names);
  }
  const everywhere = (p: Account) => say.list(namesOf(p, choices.value.halls)) || t("person.reach.all");
  function state(p: Account) {
    const { state, shape } = standingOf(p);
    return { shape, text: t(`person.state.${state}`) };
  }
  return { ...say, choices, role, unit, second, signedIn, where, everywhere, state };
}
