// Gives what is dropped or pasted to the zone's file chooser, from where the page reads it.
export function listen(zone) {
    const input = zone.querySelector('input[type=file]');
    const give = file => {
        if (!file)
            return false;
        const files = new DataTransfer();
        files.items.add(file);
        input.files = files.files;
        input.dispatchEvent(new Event('change', { bubbles: true }));
        return true;
    };
    const over = event => {
        event.preventDefault();
        zone.classList.add('image-drop-over');
    };
    const leave = () => zone.classList.remove('image-drop-over');
    const drop = event => {
        event.preventDefault();
        leave();
        give(event.dataTransfer.files[0]);
    };
    const paste = event => {
        const image = [...event.clipboardData?.files ?? []].find(file => file.type.startsWith('image/'));
        if (zone.offsetParent !== null && give(image))
            event.preventDefault();
    };
    zone.addEventListener('dragover', over);
    zone.addEventListener('dragleave', leave);
    zone.addEventListener('drop', drop);
    document.addEventListener('paste', paste);
    zone.dataset.listens = 'yes';
    return { dispose: () => document.removeEventListener('paste', paste) };
}
