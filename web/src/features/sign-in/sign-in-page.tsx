import { useMutation } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, body } from "@/lib/api";
import { queries } from "@/lib/queries";
import { noLongerGuest, signIn } from "@/lib/session";
import { useSession } from "@/lib/use-session";
import { useWords } from "@/lib/words";
import { Button } from "@/ui/button";
import { Choices } from "@/ui/choices";
import { Form } from "@/ui/form";
import { Card, Note, Page } from "@/ui/layout";
import { TextField } from "@/ui/text-field";

type Way = "sign_in" | "register";

/** A guest keeps what they have when they make an account; whoever signs in elsewhere goes on there. */
async function enter(way: Way, guest: boolean, email: string, password: string): Promise<void> {
  if (way === "register") {
    const credentials = { body: { email, password } };
    if (guest) {
      await body(api.POST("/api/v1/auth/upgrade", credentials));
      noLongerGuest();
    } else await body(api.POST("/api/v1/auth/register", credentials));
  }
  if (way === "sign_in" || !guest) await signIn(email, password);
  await queries.resetQueries(); // what somebody else was shown is not theirs
}

export function SignInPage() {
  const { t } = useTranslation();
  const { guest } = useSession();
  const navigate = useNavigate();
  const [way, setWay] = useState<Way>("sign_in");
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const words = useWords();
  const entering = useMutation({
    mutationFn: () => enter(way, guest, email.trim(), password),
    onSuccess: () => navigate({ to: "/" }),
  });

  return (
    <Page title={t("sign_in.title")} lead={t("sign_in.lead")} narrow>
      <Card>
        <Choices
          label={t("sign_in.way")}
          choices={[
            { id: "sign_in", label: t("sign_in.known") },
            { id: "register", label: guest ? t("sign_in.upgrade") : t("sign_in.new") },
          ]}
          value={way}
          onChange={(id) => setWay(id as Way)}
        />
        {guest && way === "sign_in" && <Note mood="warn">{t("sign_in.guest_stays_behind")}</Note>}
        <Form
          onSubmit={() => entering.mutate()}
          wrong={entering.isError ? words(entering.error) : null}
          foot={
            <Button type="submit" isDisabled={entering.isPending} wide>
              {way === "register" ? t("action.register") : t("action.sign_in")}
            </Button>
          }
        >
          <TextField
            label={t("sign_in.email")}
            type="email"
            autoComplete="username"
            isRequired
            value={email}
            onChange={setEmail}
          />
          <TextField
            label={t("sign_in.password")}
            hint={way === "register" ? t("sign_in.rule") : undefined}
            type="password"
            autoComplete={way === "register" ? "new-password" : "current-password"}
            isRequired
            value={password}
            onChange={setPassword}
          />
        </Form>
      </Card>
    </Page>
  );
}
