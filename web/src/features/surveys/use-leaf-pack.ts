import { useQuery } from "@tanstack/react-query";
import { useEffect } from "react";
import { api, body } from "@/lib/api";
import { useModels } from "@/lib/packs";
import { recall, remember } from "@/lib/remembered";
import { useSession } from "@/lib/use-session";

export const LEAF_PACK = "banana-sigatoka";
const NAME = "survey-pack";

/** Whether the server has a pack that grades banana leaves; as last known where it is away. */
export function useLeafPack(): boolean {
  const models = useModels();
  const here = models.data?.items.some((one) => one.name === LEAF_PACK);
  useEffect(() => {
    if (here !== undefined) remember(NAME, here);
  }, [here]);
  return here ?? recall<boolean>(NAME) ?? false;
}

/** What is kept of a leaf's photo: a survey points at kept answers, so at least that. */
export function useLeafConsent(): "store" | "train" {
  const { state } = useSession();
  const saved = useQuery({
    queryKey: ["me", "consents"],
    queryFn: () => body(api.GET("/api/v1/users/me/consents")),
    enabled: state === "in",
  });
  return saved.data?.consent === "train" ? "train" : "store";
}
