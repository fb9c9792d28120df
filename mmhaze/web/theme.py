"""The page's looks: calm, with the fonts of the visitor's own system, so that none is fetched from anywhere."""
from __future__ import annotations

from .toolkit import gr

CSS = '''
.gradio-container { width: 100%; max-width: 1180px !important; margin: 0 auto; padding: 0 16px !important; }
.gradio-container > main, .gradio-container .wrap { width: 100%; }
footer { display: none !important; }
#head { display: flex; align-items: baseline; gap: 14px; flex-wrap: wrap; padding: 18px 2px 4px; }
#head h1 { font-size: 1.55rem; font-weight: 650; margin: 0; letter-spacing: -.01em; }
#head span, .mmh-foot, #private { color: var(--body-text-color-subdued); font-size: .85rem; margin: 0; }
#private { padding: 10px 2px 20px; }
#scenes { align-items: center; gap: 8px; }
#scenes button { flex: 0 1 auto; }
#scenes #try { flex: 0 0 auto; width: auto; min-width: 0; padding: 0; }
#try p { margin: 0; color: var(--body-text-color-subdued); font-size: .88rem; }
#drop, #drop-many { border: 1.5px dashed var(--border-color-primary); }
#drop .icon-button-wrapper { display: none; }
#drop img { visibility: hidden; } /* uploads are not served, so there is no preview of one; its answer shows it */
#photo:has(#slider) #drop:not(:has(video)) { height: 150px !important; }
.mmh-hint { padding: 22px 4px; line-height: 1.6; color: var(--body-text-color-subdued); }
.mmh-hint p { margin: 0 0 8px; }
.mmh-hint b { color: var(--body-text-color); }
.mmh-problem { padding: 14px 16px; border-radius: 10px; border: 1px solid var(--error-border-color);
  background: var(--error-background-fill); color: var(--body-text-color); overflow-wrap: anywhere; }
.mmh-answer { padding: 4px; }
.mmh-level { font-size: 1.6rem; font-weight: 650; margin: 0 0 8px; display: flex; flex-wrap: wrap;
  align-items: baseline; gap: 0 12px; line-height: 1.35; }
.mmh-level span { font-size: 1rem; font-weight: 400; color: var(--body-text-color-subdued); }
.mmh-fact { display: flex; justify-content: space-between; gap: 12px; margin: 0; padding: 7px 0;
  border-bottom: 1px solid var(--border-color-primary); }
.mmh-bars { padding: 12px 0 8px; }
.mmh-bar { display: grid; grid-template-columns: 7.2em 1fr 4.2em; gap: 10px; align-items: center; padding: 4px 0; }
.mmh-title small { display: block; color: var(--body-text-color-subdued); font-size: .78rem; }
.mmh-track { display: block; height: 9px; border-radius: 9px; overflow: hidden;
  background: var(--border-color-primary); }
.mmh-track i { display: block; height: 100%; border-radius: 9px; background: var(--color-accent); opacity: .55; }
.mmh-chosen { font-weight: 650; }
.mmh-chosen i { opacity: 1; }
.mmh-value { text-align: right; font-variant-numeric: tabular-nums; }
.mmh-line { margin: 0; padding: 2px 4px; }
.mmh-line span { color: var(--body-text-color-subdued); font-size: .88rem; }
.mmh-status { font-weight: 600; margin: 0 0 8px; }
.mmh-links { display: flex; gap: 10px; flex-wrap: wrap; margin: 0 0 12px; }
.mmh-link { padding: 7px 14px; border-radius: 8px; border: 1px solid var(--border-color-primary);
  background: var(--button-secondary-background-fill); color: var(--body-text-color) !important;
  text-decoration: none !important; }
.mmh-link:hover { border-color: var(--color-accent); }
.mmh-scroll { overflow-x: auto; }
.mmh-album table { width: 100%; border-collapse: collapse; font-variant-numeric: tabular-nums; }
.mmh-album .mmh-scroll :is(table, tr, th, td) { border: 0 !important; }
.mmh-album tr { box-shadow: 0 1px var(--border-color-primary); }
.mmh-album th, .mmh-album td { text-align: right; padding: 7px 10px !important; white-space: nowrap; }
.mmh-album th:first-child, .mmh-album td.mmh-name, .mmh-broken td { text-align: left; white-space: normal;
  min-width: 9em; overflow-wrap: anywhere; }
.mmh-broken td { color: var(--error-text-color, #b91c1c); }
.mmh-figures > div { display: grid; grid-template-columns: repeat(auto-fit, minmax(150px, 1fr)); gap: 10px; }
.mmh-figures figure { margin: 0; }
.mmh-figures img { width: 100%; border-radius: 8px; display: block; }
.mmh-figures figcaption, .mmh-figures p { font-size: .85rem; color: var(--body-text-color-subdued); margin: 4px 0; }
@media (max-width: 700px) {
  #photo { display: flex; flex-direction: column; }
  #photo > .column { display: contents; }
  #give { order: 1; } #answer { order: 2; } #stage { order: 3; } #tuning { order: 4; } #cleared { order: 5; }
  #network { order: 6; }
  #scenes #try { flex: 1 0 100%; }
  #head h1 { font-size: 1.3rem; }
  .mmh-album th, .mmh-album td { padding: 7px 4px !important; }
}
'''

# a photo that misses the field would otherwise replace the page
HEAD = '''<script>
addEventListener('dragover', event => event.preventDefault());
addEventListener('drop', event => {
  event.preventDefault();
  const files = event.dataTransfer.files;
  const field = [...document.querySelectorAll('#drop input[type=file], #drop-many input[type=file]')]
    .find(each => each.closest('#drop, #drop-many').offsetParent);
  if (!files.length || !field || event.target.closest('#drop, #drop-many')) return;
  const given = new DataTransfer();
  for (const file of field.multiple ? files : [files[0]]) given.items.add(file);
  field.files = given.files;
  field.dispatchEvent(new Event('change', {bubbles: true}));
});
</script>'''


def make_theme() -> gr.themes.Base:
    """Colours of a hazy morning; both light and dark are Gradio's."""
    return gr.themes.Soft(
        primary_hue='sky', secondary_hue='sky', neutral_hue='slate', radius_size='md',
        font=[gr.themes.Font('system-ui'), gr.themes.Font('sans-serif')],
        font_mono=[gr.themes.Font('ui-monospace'), gr.themes.Font('monospace')]).set(
            block_title_background_fill='transparent', block_title_background_fill_dark='transparent',
            block_title_text_color='*body_text_color', block_title_text_color_dark='*body_text_color',
            block_title_text_weight='500', block_title_padding='0')
