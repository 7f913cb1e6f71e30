/** What a till shows before it can sell and after it has stopped. */
export const startEn = {
  starting: { title: 'The till is starting', help: 'Whatever was cut off is put in order first.' },
  enrolment: {
    title: 'Enrol this till',
    help: 'Once, with the network. Afterwards this till sells without it.',
    backendUrl: 'Address of the backend',
    code: 'One-time code',
    codeHelp: 'From the admin site. For a try: DEMO-FEST or DEMO-CANTEEN.',
    terminalName: 'Name of this till',
    terminalNameDefault: 'Till 1',
    submit: 'Enrol',
    busy: 'Enrolling …',
    invalidUrl: 'An address looks like http://127.0.0.1:7480',
    required: 'Please fill this in.',
  },
  halted: {
    support: 'For support',
    retrying: 'The till tries again by itself.',
    afresh: {
      offer: 'Start with new data …',
      kept: 'Nothing is deleted: everything this till has stored is moved into a folder of its own. What has not been sent yet stays there until support has read it out.',
      needed: 'The till then has to be enrolled again, with a new one-time code from the operator.',
      confirm: 'Move the data aside and start anew',
      back: 'Leave it as it is',
    },
  },
};
