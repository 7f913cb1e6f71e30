/**
 * How schools head the columns that say who somebody is, in English, German and French: in small letters without anything but
 * letters and digits (`plainHeading`).
 */
export const personHeadings = {
  member: ['memberid', 'member', 'mitglied', 'mitgliedid', 'membre'],
  mis: [
    'misid',
    'mis',
    'pupilid',
    'studentid',
    'admissionnumber',
    'admissionno',
    'schuelernummer',
    'schülernummer',
    'numeroeleve',
    'numéroélève',
  ],
  upn: ['upn', 'uniquepupilnumber'],
  tag: ['tag', 'taguid', 'uid', 'card', 'cardnumber', 'cardno', 'karte', 'kartennummer', 'carte', 'numérodecarte'],
} as const;
