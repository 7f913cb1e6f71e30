import { ToggleButton, ToggleButtonGroup } from 'react-aria-components';

export interface ChoiceOption<T extends string> {
  readonly value: T;
  readonly label: string;
  /** Language of the label where it is not the screen's. */
  readonly language?: string;
}

/** One of a few, all in sight. */
export function Choice<T extends string>({
  label,
  value,
  options,
  onChoose,
}: {
  readonly label: string;
  readonly value: T;
  readonly options: readonly ChoiceOption<T>[];
  readonly onChoose: (value: T) => void;
}) {
  return (
    <ToggleButtonGroup
      aria-label={label}
      selectionMode="single"
      disallowEmptySelection
      selectedKeys={[value]}
      onSelectionChange={(selected) => {
        const chosen = options.find((option) => selected.has(option.value));
        if (chosen !== undefined) onChoose(chosen.value);
      }}
      className="grid auto-cols-[minmax(min-content,1fr)] grid-flow-col gap-2"
    >
      {options.map((option) => (
        <ToggleButton
          key={option.value}
          id={option.value}
          className="min-h-14 min-w-14 rounded-small border border-line-strong/60 bg-surface px-1 text-[0.9375rem] font-semibold leading-tight text-ink data-[selected]:border-accent data-[selected]:bg-accent data-[selected]:text-on-accent"
        >
          <span lang={option.language}>{option.label}</span>
        </ToggleButton>
      ))}
    </ToggleButtonGroup>
  );
}
