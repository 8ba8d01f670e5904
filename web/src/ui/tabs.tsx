import type { ReactNode } from "react";
import { Tabs as AriaTabs, Tab, TabList, TabPanel } from "react-aria-components/Tabs";
import styles from "./tabs.module.css";

interface TabsProps {
  label: string;
  /** `view` is drawn only while its tab is chosen. */
  tabs: readonly { id: string; title: ReactNode; view: () => ReactNode }[];
}

/** Parts of a page, one in view at a time. */
export function Tabs({ label, tabs }: TabsProps) {
  return (
    <AriaTabs className={styles.tabs ?? ""}>
      <TabList aria-label={label} className={styles.list ?? ""}>
        {tabs.map((tab) => (
          <Tab key={tab.id} id={tab.id} className={styles.tab ?? ""}>
            {tab.title}
          </Tab>
        ))}
      </TabList>
      {tabs.map((tab) => (
        <TabPanel key={tab.id} id={tab.id} className={styles.panel ?? ""}>
          {tab.view()}
        </TabPanel>
      ))}
    </AriaTabs>
  );
}
