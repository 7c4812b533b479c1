/** What holds only while a job is not given up. */
export const TRIED_AGAIN = /(?:tried|built|asked) (?:again|anew)|is retried|goes on by itself/;
