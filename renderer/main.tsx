import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { z } from 'zod';
import { keepFocusOffPressedButtons } from '../ui/components/pointer-focus.ts';
import { createTranslator } from '../ui/i18n/languages.ts';
import { connectDisplay } from './customer-display/connection.ts';
import { CustomerDisplay } from './customer-display/customer-display.tsx';
import { PrintedReceipt } from './receipt/receipt-page.tsx';
import { connectStore } from './till/connection.ts';
import { readPreferences, usePreferences } from './till/preferences.ts';
import { TillWindow } from './till/till-window.tsx';

// The content security policy forbids code made at run time, which zod would otherwise try.
z.config({ jitless: true });

const root = document.getElementById('window');
if (root === null) throw new Error('index.html has no element #window');

usePreferences.setState(readPreferences(window.location.search, window.localStorage, navigator.languages));
const translator = createTranslator(usePreferences.getState().language);
usePreferences.subscribe(({ language }) => {
  if (translator.language !== language) void translator.changeLanguage(language);
});
const display = new URLSearchParams(window.location.search).get('display');
const isCustomerDisplay = display === 'customer';
if (isCustomerDisplay) {
  connectDisplay(window.klinkCustomer);
} else if (display !== 'receipt') {
  connectStore(window.klink);
  keepFocusOffPressedButtons(document);
}

function Shown() {
  if (display === 'receipt') return <PrintedReceipt />;
  return isCustomerDisplay ? <CustomerDisplay translator={translator} /> : <TillWindow translator={translator} />;
}

createRoot(root).render(
  <StrictMode>
    <Shown />
  </StrictMode>,
);
