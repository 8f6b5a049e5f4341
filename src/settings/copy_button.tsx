interface CopyButtonProps {
  /** Id of the element whose text is copied. */
  from: string;
  /** What that is, for who cannot see what the button stands beside. */
  what: string;
}

/** Shown only where a script runs, for without one it does nothing. */
export function CopyButton({ from, what }: CopyButtonProps) {
  return (
    <button type="button" class="copy" data-copy={from} hidden data-needs-script>
      Copy<span class="visually-hidden">&#32;{what}</span>
    </button>
  );
}
